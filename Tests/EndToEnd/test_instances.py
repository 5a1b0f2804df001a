"""An Amazon EC2 instance names the region where no setting does, and may get its role only after the gateway has started."""

import contextlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from black_hole import BlackHole
from gateway import run

FREE_PORTS = ["--port", "0", "--set", "admin.port=0"]
ROLES = "/latest/meta-data/iam/security-credentials/"
KEYS = {"Code": "Success", "AccessKeyId": "AKIDINSTANCE", "SecretAccessKey": "secret", "Token": "token",
        "Expiration": "2099-01-31T12:00:00Z"}


class Instance(BaseHTTPRequestHandler):
    """The instance metadata service in its version 2. The server's `contents` are by path."""

    def do_PUT(self):
        self.answer(200, "a-token")

    def do_GET(self):
        content = self.server.contents.get(self.path)
        self.answer(404 if content is None else 200, content or "")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture
def instance():
    """Starts an instance with these contents, and returns the variables that name it."""
    with contextlib.ExitStack() as stack:
        def instance(**keys):
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Instance))
            server.contents = {"/latest/meta-data/placement/region": "eu-west-3"}
            if keys:
                server.contents |= {ROLES: "ward-role", ROLES + "ward-role": json.dumps(KEYS | keys)}
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://127.0.0.1:{server.server_port}"}
        yield instance


def test_the_instance_names_the_region(instance):
    variables = instance(Code="Success")
    checked = run("check", environment=variables)
    assert re.search(r"^AWS_REGION += eu-west-3 +\(instance metadata\)$", checked.stdout, re.M), checked.stdout
    assert "https://transcribe.eu-west-3.amazonaws.com" in checked.stdout
    result = run("doctor", environment=variables, within=30)
    assert re.search(r"region +eu-west-3 \(instance metadata\)", result.stdout), result.stdout
    assert re.search(r"instance metadata +found", result.stdout)


def test_a_setting_comes_before_the_instance(instance):
    checked = run("check", environment=instance(Code="Success") | {"AWS_REGION": "us-east-1"})
    assert re.search(r"^AWS_REGION += us-east-1 +\(AWS_REGION\)$", checked.stdout, re.M), checked.stdout


def test_an_instance_without_a_role_may_get_one(instance):
    result = run("serve", *FREE_PORTS, environment=instance())
    assert result.returncode == 75 and "the instance has no role" in result.stderr


def test_an_instance_that_is_silent_may_answer_later():
    with BlackHole() as hole:
        variables = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": hole.url}
        result = run("serve", *FREE_PORTS, environment=variables)
        assert result.returncode == 75, result.stderr
        assert "No setting names a region" in result.stderr and "Set AWS_REGION, or start again" in result.stderr


@pytest.mark.parametrize("member", ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"])
def test_the_missing_member_is_named(instance, member):
    result = run("doctor", environment=instance(**{member: None}), within=30)
    assert f"a set of credentials without a usable {member}" in result.stdout
