"""However an endpoint's host is spelled, the signed `Host` is the one that is sent."""

import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from aws_error_texts import job
from conftest import UNLIMITED
from gateway import run, upstream_at
from other_files import seeing

SIGNED = ["Content-Type", "X-Amz-Date", "X-Amz-Target"]


class Server(ThreadingHTTPServer):
    """Answers each call with the job `fine-1`, and keeps the call's fields and content. IPv4 or IPv6, on loopback."""

    def __init__(self, family):
        self.address_family = family
        super().__init__(("127.0.0.1" if family == socket.AF_INET else "::1", 0), Conversation)
        self.calls = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Conversation(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.calls.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        content = str({"MedicalTranscriptionJob": job("fine-1")}).replace("'", '"').encode()
        self.send_response_only(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Keeps the server's log out of the test's output."""


def signature(fields, content):
    """The signature that botocore makes for what was sent."""
    environment = upstream_at(0)
    auth = SigV4Auth(
        Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]), "transcribe", "us-east-1")
    request = AWSRequest(
        "POST", "http://unused/", data=content,
        headers={name: fields[name] for name in SIGNED} | {"Host": fields["Host"]})
    request.context["timestamp"] = fields["X-Amz-Date"]
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


SPELLINGS = [
    ("http://127.0.0.1", "127.0.0.1"), ("http://127.1", "127.0.0.1"), ("http://0x7f000001", "127.0.0.1"),
    ("http://2130706433", "127.0.0.1"), ("HTTP://LOCALHOST", "localhost"), ("http://my_host", "my_host"),
    ("http://[::1]", "[::1]"), ("http://[0:0:0:0:0:0:0:1]", "[::1]"), ("http://[::0:1]", "[::1]"),
]


@pytest.mark.parametrize("url, host", SPELLINGS, ids=[url for url, _ in SPELLINGS])
def test_the_signed_host_is_the_one_that_is_sent(start, tmp_path, url, host):
    server = Server(socket.AF_INET6 if "[" in url else socket.AF_INET)
    names = tmp_path / "hosts"
    names.write_text("127.0.0.1 localhost my_host\n")
    environment = upstream_at(0) | {"AWS_ENDPOINT_URL_TRANSCRIBE": f"{url}:{server.server_address[1]}"}
    gateway = start("serve", UNLIMITED, environment, seeing({"/etc/hosts": names}))
    answer = gateway.get("/jobs/fine-1")
    ((fields, content),) = server.calls
    assert fields["Host"] == f"{host}:{server.server_address[1]}"
    assert re.search("Signature=([0-9a-f]+)", fields["Authorization"])[1] == signature(fields, content)
    assert answer.status == 200
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("command", ["check", "serve"])
@pytest.mark.parametrize("host", ["0177.0.0.1", "127.0.0.256", "1.2.3.4.5", "[::1::]", "user@localhost", "my host"])
def test_a_host_that_programs_read_differently_is_refused(command, host):
    result = run(command, environment=upstream_at(0) | {"AWS_ENDPOINT_URL_TRANSCRIBE": f"http://{host}:4566"})
    assert result.returncode == 78
    assert result.stderr.startswith("AWS_ENDPOINT_URL_TRANSCRIBE is ") and "such as " in result.stderr
    assert result.stderr.endswith("such as https://localhost:8443 or http://127.0.0.1:4566.\n")


def test_an_access_key_id_that_cannot_be_sent_is_refused_in_words():
    for key in ["AKID/EXAMPLE", "AKID,EXAMPLE"]:
        environment = upstream_at(1, key)
        result = run("serve", environment=environment)
        assert result.returncode == 78 and "the access key ID contains '/' or ','" in result.stderr
        found = run("doctor", environment=environment)
        assert found.returncode == 1 and "the access key ID contains '/' or ','" in found.stdout
