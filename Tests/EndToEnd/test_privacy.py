"""Job names identify patients, so they are in answers and nowhere else; nor is any secret anywhere."""

import hashlib
import hmac
import subprocess

import pytest

from gateway import BINARY
from problems import assert_problem
from wire import request

PATIENT = "Jane-Doe-1970"
SECRET = "a-secret-of-the-tests"
NAME_KEY = "a-key-for-job-names"


def closing(target, *lines, **options):
    return request(target, "Connection: close", *lines, **options)


TELLING = [
    closing(f"/jobs/fine-{PATIENT}"),
    closing(f"/jobs/fine-{PATIENT}?view=full", f"Referer: http://localhost/jobs/{PATIENT}"),
    closing(f"/jobs/{PATIENT}%20"),
    closing(f"/jobs/{PATIENT}/{PATIENT}"),
    closing(f"/{PATIENT}?{PATIENT}={PATIENT}#{PATIENT}"),
    closing(f"/jobs/fine-1?fields={PATIENT}"),
    closing(f"/jobs/fine-1?{PATIENT}"),
    closing("/jobs/fine-1", f"User-Agent: {PATIENT}", f"Cookie: {PATIENT}", f"Authorization: Basic {PATIENT}"),
    closing("/jobs/fine-1", f"{PATIENT}: {PATIENT}", f"X-Forwarded-For: {PATIENT}", f"If-None-Match: {PATIENT}"),
    closing("/jobs/fine-1", host=PATIENT),
    closing(f"/jobs/{PATIENT}", method="POST", body=PATIENT.encode()),
    closing(f"/jobs/missing-{PATIENT}"),
    closing(f"/jobs/500-{PATIENT}"),
    closing(f"/jobs/notjson-{PATIENT}"),
    closing(f"/jobs/wrong-{PATIENT}"),
    closing(f"/jobs/denied-{PATIENT}"),
    closing(f"/jobs/throttled-{PATIENT}"),
    closing(f"/jobs/hang-{PATIENT}"),
    closing(f"/jobs/{PATIENT}", f"X-Broken : {PATIENT}"),
    closing(f"/jobs/{PATIENT}", "Content-Length: 1x"),
    closing(f"/jobs/{PATIENT}" + "a" * 10_000),
    closing(f"/jobs/{PATIENT}", "X-Long: " + PATIENT * 5_000),
    f"GET /jobs/{PATIENT} HTTP/9\r\n\r\n".encode(),
    f"{PATIENT}\r\n\r\n".encode(),
]

HOSTILE = [
    b"User-Agent: \"},{\"level\":\"critical\"}", b"User-Agent: \\\\\\\"", b"User-Agent: \xff\xfe\xe2\x80\xa8",
    b"User-Agent: %0d%0a{}", b"X-Request-Id: \"}\\", b"X-Request-Id: a b", b"X-Request-Id: " + b"a" * 65,
    b"X-Request-Id: \xc3\xa9", b"X-Forwarded-For: \"\\\xe2\x80\xa8", b"traceparent: 00-\"-\\-01",
    b"User-Agent: \x1b]0;a\x07", b"User-Agent: a\x00b", b"Host: \"}",
]


@pytest.mark.parametrize("level", ["trace", "info"])
def test_no_name_and_no_secret_leaves_but_in_answers(serve, level):
    gateway = serve({"log.level": level, "upstream.timeout": "300ms", "upstream.connectTimeout": "200ms"})
    for telling in TELLING:
        with gateway.wire() as wire:
            wire.send(telling).rest()
    said = gateway.ask_admin("/metrics").body.decode() + gateway.ask_admin("/readyz").body.decode()
    assert gateway.stop() == 0
    said += "".join(gateway.output + gateway.errors)
    assert PATIENT.lower() not in said.lower() and SECRET not in said
    assert len(gateway.accesses) > len(TELLING) / 2


@pytest.mark.parametrize("target, status, kind", [
    (f"/jobs/500-{PATIENT}", 502, "upstream-failed"), (f"/jobs/missing-{PATIENT}", 404, "job-not-found"),
    (f"/jobs/{PATIENT}%20", 400, "invalid-job-name"), (f"/jobs/a?fields={PATIENT}", 400, "invalid-query"),
])
def test_a_problem_tells_a_name_in_the_path_it_came_in_only(gateway, target, status, kind):
    problem = assert_problem(gateway.get(target), status, kind)
    assert problem.pop("instance") == target.split("?")[0]
    assert PATIENT not in str(problem)


def test_the_log_names_a_job_by_its_hash(serve):
    gateway = serve({"log.nameKey": NAME_KEY})
    for name in [f"fine-{PATIENT}", f"fine-{PATIENT}", f"missing-{PATIENT}"]:
        assert gateway.access_of(gateway.get(f"/jobs/{name}"))["job"] == hashed(name)


def test_the_key_of_the_hashes_comes_from_a_file(serve, tmp_path):
    """A mounted secret ends with a line feed or not."""
    for text in (NAME_KEY, NAME_KEY + "\n"):
        (tmp_path / "key").write_text(text)
        gateway = serve({"log.nameKeyFile": str(tmp_path / "key")})
        name = f"fine-{PATIENT}"
        assert gateway.access_of(gateway.get(f"/jobs/{name}"))["job"] == hashed(name)
        assert not [line for line in gateway.log if "log.nameKey" in line["message"]]


def test_a_start_without_a_key_says_that_replicas_hash_differently(serve):
    gateway = serve()
    assert gateway.wait_for_line(level="warning")["message"].startswith("log.nameKey is not set")


@pytest.mark.parametrize("content", [None, "short", "x" * 1025])
def test_a_file_without_a_key_is_refused(tmp_path, content):
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)
    ended = subprocess.run(
        [BINARY, "check", "--set", f"log.nameKeyFile={path}"], capture_output=True, text=True,
        env={"AWS_REGION": "us-east-1"})
    assert ended.returncode == 78
    assert ended.stderr == (
        f'--set log.nameKeyFile is "{path}", but must be none or the path of a file that can be read and holds '
        "16 to 1024 bytes.\n")


def test_two_keys_are_refused(tmp_path):
    (tmp_path / "key").write_text(NAME_KEY)
    ended = subprocess.run(
        [BINARY, "check", "--set", f"log.nameKeyFile={tmp_path / 'key'}"], capture_output=True, text=True,
        env={"AWS_REGION": "us-east-1", "GATEWAY_LOG_NAME_KEY": NAME_KEY})
    assert ended.returncode == 78
    assert "must be none beside GATEWAY_LOG_NAME_KEY" in ended.stderr and NAME_KEY not in ended.stderr


def test_the_key_of_the_hashes_is_new_at_each_start(start, serve):
    gateways = [serve(), serve()]
    for gateway in gateways:
        gateway.get("/jobs/fine-1")
    hashes = {gateway.wait_for_line(logger="access")["job"] for gateway in gateways}
    assert len(hashes) == 2


def test_names_are_shown_where_the_operator_wants_it(serve):
    gateway = serve({"log.names": "true"})
    gateway.get(f"/jobs/fine-{PATIENT}")
    assert gateway.wait_for_line(logger="access")["job"] == f"fine-{PATIENT}"


def test_each_request_is_one_line_of_json_whatever_it_holds(serve):
    gateway = serve()
    for line in HOSTILE:
        with gateway.wire() as wire:
            wire.send(request("/jobs/fine-1", line)).answer()
    assert gateway.stop() == 0
    lines = gateway.accesses
    assert len(lines) == len(HOSTILE) and len(gateway.log) == len(gateway.output)
    assert {line["level"] for line in lines} == {"info"}
    assert all(set(line["requestId"]) <= set("0123456789abcdef") for line in lines)


def test_the_clients_own_request_id_is_kept(gateway):
    answer = gateway.get("/jobs/fine-1", "X-Request-Id: My.own_Id-7")
    assert answer.fields["x-request-id"] == "My.own_Id-7"
    assert gateway.wait_for_line(requestId="My.own_Id-7")["outcome"] == "miss"


def test_nothing_of_the_gateway_invites_a_leak(gateway):
    for target in ("/jobs/fine-1", "/jobs/%2e", "/nowhere"):
        fields = gateway.get(target).fields
        assert fields["referrer-policy"] == "no-referrer"
        assert fields["x-content-type-options"] == "nosniff"
        assert fields["cross-origin-resource-policy"] == "same-origin"
        assert fields["cache-control"] in ("private, no-cache", "no-store")
        assert "server" not in fields


def hashed(name):
    return hmac.new(NAME_KEY.encode(), name.encode(), hashlib.sha256).hexdigest()[:16]
