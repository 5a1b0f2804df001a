"""`doctor` reads AWS's shared files as boto3 reads them, but where the rows say otherwise."""

import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.exceptions import BotoCoreError

from gateway import run
from profile_rows import ROWS


class SecurityTokens(BaseHTTPRequestHandler):
    """Gives every caller the role that it asks for; other requests get an empty answer."""

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        action = form["Action"][0]
        key = {"AssumeRole": "ROLEAKID", "AssumeRoleWithWebIdentity": "WEBIAKID"}.get(action)
        arn = "<Arn>arn:aws:sts::123456789012:assumed-role/jobs/me</Arn>"
        keys = (f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"
                "<SessionToken>token</SessionToken><Expiration>2099-01-31T12:00:00Z</Expiration></Credentials>")
        self.answer(f"<{action}Response><{action}Result>{keys if key else arn}</{action}Result></{action}Response>")

    def do_HEAD(self):
        self.answer("")

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def aws():
    """The address of an AWS on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SecurityTokens) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def environment(aws, tmp_path):
    """Writes the files of a row, and returns the environment in which they are read."""
    def environment(row):
        folder = tmp_path / ".aws"
        folder.mkdir()
        token = tmp_path / "token"
        token.write_text("head.body.sign")
        for name in "config", "credentials":
            text = getattr(row, name).replace("{token}", str(token))
            if text:
                (folder / name).write_bytes(text.encode())
        own = {name: value.replace("{token}", str(token)) for name, value in row.environment.items()}
        return own | {
            "HOME": str(tmp_path), "AWS_ENDPOINT_URL": aws, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    return environment


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_reads_the_files_as_the_row_says(row, environment, monkeypatch):
    variables = environment(row)
    result = run("doctor", environment=variables, within=30)
    assert (boto3_reading(variables, monkeypatch), doctor_reading(result)) == (row.boto3, row.reading), result.stdout
    for words in row.says:
        assert words in result.stdout, result.stdout
    assert bool(row.says) == (row.reading == "refused")


def test_reads_a_value_without_its_comment(environment, monkeypatch, aws, tmp_path):
    """boto3 takes the comment for a part of the region."""
    (tmp_path / "config").write_text("[default]\nregion = eu-west-1 # Ireland\n")
    variables = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_ENDPOINT_URL": aws, "AWS_EC2_METADATA_DISABLED": "true"}
    result = run("doctor", environment=variables, within=30)
    assert re.search(r"region +eu-west-1 \(profile 'default'", result.stdout), result.stdout
    use(variables, monkeypatch)
    assert boto3.Session().region_name == "eu-west-1 # Ireland"


def boto3_reading(variables, monkeypatch):
    use(variables, monkeypatch)
    try:
        credentials = boto3.Session().get_credentials()
        return "none" if credentials is None else credentials.get_frozen_credentials().access_key[:4]
    except BotoCoreError:
        return "refused"


def use(variables, monkeypatch):
    """Replaces the process's variables of AWS's."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def doctor_reading(result):
    key = re.search(r"access key +(\w{4})", result.stdout)
    if key:
        return key[1]
    return "none" if "no source is configured" in result.stdout else "refused"
