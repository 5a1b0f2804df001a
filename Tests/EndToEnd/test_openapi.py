"""openapi.yaml says what the gateway does, and the gateway does what openapi.yaml says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from fake_transcribe import Conversation
from gateway import REPOSITORY
from timeouts import eventually
from wire import request

YAML = REPOSITORY / "openapi.yaml"
JSON = REPOSITORY / "Sources/Gateway/Resources/openapi.json"
API = yaml.safe_load(YAML.read_text())
# Files that the prose names: each is answered as this description is.
FILES = {"/openapi.yaml": "application/yaml", "/style.css": "text/css", "/page.js": "text/javascript", "/docs.js": "text/javascript",
         "/icon.svg": "image/svg+xml"}
OPERATIONS = [(path, method) for path in [*API["paths"], *FILES] for method in ("get", "head", "options")]
# That are made up for each operation.
EXAMPLES = "200" if "LONG_TESTS" in os.environ else "60"


# What it is

def test_is_valid():
    validate(API)


def test_its_examples_are_valid():
    contents = [content for response in API["components"]["responses"].values()
                for content in response.get("content", {}).values()]
    examples = [(content["schema"], example["value"]) for content in contents
                for example in content.get("examples", {}).values()]
    assert len(examples) > 20
    for schema, example in examples:
        check(example, schema)


def test_the_json_is_the_same():
    converter = [sys.executable, REPOSITORY / "Tests/OpenAPI/to_json.py", "--check"]
    result = subprocess.run(converter, capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("file, content_type", [(YAML, "application/yaml"), (JSON, "application/json")],
                         ids=["yaml", "json"])
def test_is_served_as_it_is(gateway, file, content_type):
    answer = gateway.get(f"/{file.name}")
    assert (answer.status, answer.fields["content-type"], answer.body) == (200, content_type, file.read_bytes())
    assert gateway.get(f"/{file.name}", f"If-None-Match: {answer.fields['etag']}").status == 304


# What it promises

def test_schemathesis_finds_no_difference(start, tmp_path):
    # Requests that wait would take all of the time.
    # A description cannot say that two parameters exclude each other.
    (tmp_path / "exclusions.py").write_text(EXCLUSIONS)
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    unlimited = {"limits.client.rate": "1000000/s", "limits.client.burst": 1_000_000, "limits.upstream.rate": 0,
                 "watch.maxWait": "1s"}
    gateway = start("demo", unlimited)
    result = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "run", YAML, "--url", f"http://127.0.0.1:{gateway.port}",
         # One request depends on no other, and the templates in the answer of `/` are no names of jobs.
         "--phases", "examples,coverage,fuzzing", "--checks", "all", "--max-examples", EXAMPLES, "--generation-database", "none", "--no-color"],
        env=os.environ | {"SCHEMATHESIS_HOOKS": "exclusions", "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, timeout=400)
    print(result.stdout, result.stderr)
    # An operation that it gives up on is no failed check.
    assert f"Tested: {len(API['paths'])}" in result.stdout and "Traceback" not in result.stderr
    assert result.returncode == 0


EXCLUSIONS = """
import schemathesis

@schemathesis.hook
def filter_case(context, case):
    return not {"fields", "view"} <= set(case.query or {})
"""
# HEAD and OPTIONS are described once for all URLs, and so are the sizes of a request.
SETTINGS = """
[phases.coverage]
unexpected-methods = ["POST", "PUT", "PATCH", "DELETE", "TRACE"]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "414", "429", "431", "5xx"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "414", "415", "422", "428", "429", "431", "5xx"]
"""

# The causes of each status: the target that a path stands for, header lines, other parts of the request.
TARGETS = {"/jobs/{name}": "/jobs/running-1", "/jobs/{name}/events": "/jobs/visit-1/events",
           "/jobs": "/jobs?name=running-1", "/problems/{type}": "/problems/stopping"}
JOB_NOT_FOUND_TEXT = {"/jobs/{name}": "/jobs/missing-1", "/jobs/{name}/events": "/jobs/missing-1/events",
                      "/problems/{type}": "/problems/nonsense"}
# What explains the API has no limit, but its refusals do; and a preflight has none.
FREE = {"/", "/docs", "/openapi.json", "/problems", "/problems/{type}", "/livez", "/readyz", *FILES}
PAGE, ORIGIN = "Accept: text/html", "Origin: https://app.example"
APP = [ORIGIN, "Access-Control-Request-Method: GET"]


def causes(path, method):
    usual = TARGETS.get(path, path)
    is_look_up = path.startswith("/jobs/{name}") and method != "options"
    events = "/events" if path.endswith("/events") else ""
    waiting = [f"{usual}?wait=0"] * (path == "/jobs/{name}")
    # A browser that asks for one job is sent to the page of that.
    several = f"{usual},missing-1,hang-1" if path == "/jobs" else usual
    return {
        200: [(target, [], {}) for target in [several, *waiting]],
        204: [(usual, ["Last-Event-ID: *"], {})], 303: [(usual, [PAGE], {})],
        304: [(target, ["If-None-Match: *"], {}) for target in [usual, *waiting]],
        400: [(usual, ["X-Spaced : a"], {})] + [(f"/jobs/invalid-1{events}", [], {})] * is_look_up,
        403: [(usual, [], {})], 404: [(JOB_NOT_FOUND_TEXT.get(path), [], {})], 405: [(usual, [], {"method": "POST"})],
        414: [(f"{usual}?{'a' * 8192}", [], {})], 417: [(usual, ["Expect: more"], {})],
        421: [(usual, [], {"host": "rebound.example"})],
        429: [(f"{usual}?x" if path in FREE else usual, [], {})],
        431: [(usual, [f"X-{number}: a" for number in range(101)], {})],
        501: [(usual, ["Transfer-Encoding: gzip"], {})], 502: [(f"/jobs/denied-1{events}", [], {})],
        503: [(usual if path == "/readyz" else f"/jobs/throttled-1{events}", [], {})],
        504: [(f"/jobs/hang-1{events}", [], {})],
    }


@pytest.mark.parametrize("path, method", OPERATIONS, ids=[f"{method.upper()} {path}" for path, method in OPERATIONS])
def test_every_status_and_header_occurs_as_described(serve, upstream, path, method):
    upstream.RequestHandlerClass = Validating
    settings = {"cors.origins": "https://app.example", "limits.client.rate": "1000000/s", "upstream.attempts": 1,
                "upstream.timeout": "300ms", "upstream.connectTimeout": "200ms"}
    gateway, strict = serve(settings), serve(settings | {"limits.client.rate": "1/m", "limits.client.burst": 1})
    strange = serve(settings | {"clients.allow": "192.0.2.1"})
    if path == "/readyz":
        stopping = serve({"drain.delay": "1m"})
        stopping.signal()
        eventually(lambda: stopping.get(path).status == 503)
    strict.get("/nowhere")
    for status, response in described(path, method).items():
        # A page has no tag that a client could know.
        app = [ORIGIN] if status == 429 else APP
        readers = [[], app] if status == 304 else [[], [PAGE], app, [PAGE, *app]]
        asked = {429: strict, 403: strange}.get(status, gateway)
        if (path, status) == ("/readyz", 503):
            asked = stopping
        answers = [ask(asked, target, reader + lines, {"method": method.upper()} | parts)
                   for target, lines, parts in causes(path, method)[status] for reader in readers]
        for answer in answers:
            conforms(answer, status, response, has_content=method != "head")
        assert_all_occur(answers, status, response, is_head=method == "head")


class Validating(Conversation):
    """Refuses one name as AWS's validation does."""

    def be_invalid(self, _):
        self.fail(400, "BadRequestException", "1 validation error detected: Value 'x' at 'medicalTranscriptionJobName' "
                  "failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z._-]+")


def ask(gateway, target, lines, parts):
    with gateway.wire() as wire:
        return wire.send(request(target, *lines, **parts)).answer(to_head=parts["method"] == "HEAD")


def described(path, method):
    """The operation's responses by status."""
    operation = API["paths"].get(path, API["paths"]["/openapi.json"])["get"]
    responses = {int(status): resolved(response) for status, response in operation["responses"].items()}
    if path in FILES:
        responses[200] = responses[200] | {"content": {FILES[path]: {}}}
    if method != "get":
        # The answer to any method that is not allowed.
        del responses[405]
    if method == "options":
        looks_up = {200, 303, 304, 502, 503, 504} | ({404} if path.startswith("/jobs") else set())
        responses = {status: response for status, response in responses.items() if status not in looks_up}
        responses[204] = OPTIONS
    return responses


def as_fields(names, **known):
    """Header fields of a response: those of the description by their names there, and others with their only value."""
    headers = {field: API["components"]["headers"][name]
               for field, name in names.items()}
    return headers | {field.replace("_", "-"): {"schema": {"const": value}} for field, value in known.items()}


# What the prose says of OPTIONS and of a preflight.
OPTIONS = {"headers": as_fields({
    "Allow": "Allow", "Cache-Control": "CacheControl", "X-Request-Id": "RequestId",
    "X-Content-Type-Options": "ContentTypeOptions", "Referrer-Policy": "ReferrerPolicy",
    "Cross-Origin-Resource-Policy": "ResourcePolicy", "Vary": "Vary", "RateLimit-Policy": "RateLimitPolicy",
    "RateLimit": "RateLimit", "Access-Control-Allow-Origin": "AllowOrigin",
    "Access-Control-Expose-Headers": "ExposeHeaders"},
    Access_Control_Allow_Methods="GET, HEAD", Access_Control_Max_Age="7200",
    Access_Control_Allow_Headers="Accept, Authorization, Cache-Control, Content-Type, If-None-Match, Last-Event-ID, Prefer, "
    "traceparent, tracestate, X-Api-Key, X-Request-Id, X-Requested-With")}


def conforms(answer, status, response, has_content):
    assert answer.status == status, answer
    headers = {name.lower(): resolved(header) for name, header in response.get("headers", {}).items()}
    undescribed = set(answer.fields) - set(headers) - {"content-type", "content-length", "date", "connection", "transfer-encoding"}
    assert not headers or not undescribed, (status, undescribed)
    for name, header in headers.items():
        assert name in answer.fields or not header.get("required"), f"{status} has no {name}"
        if name in answer.fields:
            number = header["schema"].get("type") == "integer"
            check(int(answer.fields[name]) if number else answer.fields[name], header["schema"])
    if has_content and status not in (204, 304) and media_type(answer).endswith("json"):
        check(answer.json, response["content"][media_type(answer)]["schema"])


def assert_all_occur(answers, status, response, is_head):
    """Nothing is described that none of these answers has."""
    seen = {name for answer in answers for name in answer.fields}
    # HEAD does not wait.
    unseen = {name.lower() for name in response.get("headers", {})} - seen
    assert not unseen - ({"preference-applied"} if is_head else set()), status
    types = {media_type(answer) for answer in answers if "content-type" in answer.fields}
    assert types == set(response.get("content", types)), status


def media_type(answer):
    return answer.fields.get("content-type", "").split(";")[0]


def resolved(node):
    """What a `$ref` of this document points to."""
    while "$ref" in node:
        found = API
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def check(value, schema):
    Draft202012Validator(schema | {"components": API["components"]}).validate(value)


def test_each_described_value_of_vary_occurs(start):
    gateway = start("demo")
    java = "Accept: text/html, image/gif, image/jpeg, */*; q=0.2"
    answers = [gateway.get(*asked) for asked in (
        ("/docs",), ("/openapi.json",), ("/page.js",), ("/problems/none",), ("/jobs/visit-42",),
        ("/jobs/visit-42", PAGE), ("/jobs/visit-42", java))]
    assert {answer.fields["vary"] for answer in answers} == set(API["components"]["headers"]["Vary"]["schema"]["enum"])


def test_the_life_of_a_file_is_described(start):
    gateway = start("demo")
    lives = {gateway.get(path).fields["cache-control"] for path in ("/docs", "/openapi.json", *FILES)}
    assert len(lives) == 1
    assert f"`{lives.pop()}`" in API["components"]["headers"]["CacheControl"]["description"]


def test_a_whole_job_has_the_members_that_are_described(start):
    job = start("demo").get("/jobs/visit-42?view=full").json
    members = list(API["components"]["schemas"]["JobMembers"]["properties"])
    assert list(job) == [member for member in members if member in job]
    assert len(job) > 10
