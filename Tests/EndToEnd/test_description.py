"""Every example of openapi.yaml is what the gateway answers to the request that its summary tells."""

import re
from datetime import datetime

import pytest

from fake_transcribe import Conversation
from metrics import metric
from test_openapi import API
from timeouts import eventually
from wire import request

RESPONSES = API["components"]["responses"]
EXAMPLES = {f"{response}.{name}": example["value"]
            for response, described in RESPONSES.items()
            for content in described.get("content", {}).values()
            for name, example in content.get("examples", {}).items()}
NAMES_OF_REQUEST = {"requestId", "awsRequestId"}
ONE_ATTEMPT = {"upstream.attempts": 1}
BRIEF = {"upstream.timeout": "300ms", "upstream.connectTimeout": "200ms"}
JOB, PROXIED = "/jobs/visit-42", {"clients.trustedProxies": "127.0.0.1"}
STRANGER = ["X-Forwarded-For: unknown"]
MANY = ",".join(f"visit-{number}" for number in range(137))
SIXTY = ",".join(f"visit-{number}" for number in range(60))


# By example: the request's target, its header lines, and its other parts.
REQUESTS = {
    "Job.completed": (JOB, [], {}), "Job.full": (f"{JOB}?view=full", [], {}),
    "Job.failed": ("/jobs/visit-43?fields=status,failureReason", [], {}), "Job.queued": ("/jobs/visit-44", [], {}),
    "Jobs.found": ("/jobs?name=visit-42,visit-45", [], {}),
    "Jobs.some": ("/jobs?name=visit-43,visit-44&fields=status", [], {}),
    "BadLookUp.name": ("/jobs/visit%2F42", [], {}), "BadLookUp.query": (f"{JOB}?feilds=status", [], {}),
    "BadLookUp.member": (f"{JOB}?fields=transcriptURI", [], {}), "BadLookUp.format": (f"{JOB}?format=xml", [], {}),
    "BadLookUp.refused": (JOB, [], {"behaviour": "invalid"}),
    "BadLookUp.forwarding": (JOB, STRANGER, {"settings": PROXIED}),
    "BadBatch.name": ("/jobs?name=visit-1,visit%2F42,visit-3", [], {}), "BadBatch.many": (f"/jobs?name={MANY}", [], {}),
    "BadBatch.limit": (f"/jobs?name={SIXTY}", [], {"settings": {"limits.client.rate": "50/s", "limits.client.burst": 50}}),
    "BadBatch.forwarding": ("/jobs?name=visit-42", STRANGER, {"settings": PROXIED}),
    "BadRequest.query": ("/?x", [], {}), "BadRequest.content": ("/", ["Content-Length: 1"], {"body": b"x"}),
    "BadRequest.malformed": ("/", [], {"host": None}), "BadRequest.forwarding": ("/?x", STRANGER, {"settings": PROXIED}),
    "JobNotFound.job": ("/jobs/visit-41", [], {}), "NoSuchType.type": ("/problems/none", [], {}),
    "MethodNotAllowed.post": (JOB, [], {"method": "POST"}), "TargetTooLong.long": (f"{JOB}?{'a' * 8192}", [], {}),
    "ExpectationFailed.expect": (JOB, ["Expect: more"], {}),
    "ClientNotAllowed.client": (JOB, [], {"settings": {"clients.allow": "192.0.2.1"}}),
    "WrongHost.host": (JOB, [], {"host": "rebound.example"}),
    "TooManyHeaderFields.fields": (JOB, [f"X-{number}: a" for number in range(101)], {}),
    "TooManyHeaderFields.cookie": (JOB, [f"Cookie: a={'b' * 12_000}"], {}),
    "NotImplemented.coding": (JOB, ["Transfer-Encoding: gzip"], {}),
    "UpstreamFailed.failed": (JOB, [], {"behaviour": "500"}), "UpstreamFailed.denied": (JOB, [], {"behaviour": "denied"}),
    "UpstreamFailed.credentials": (JOB, [], {"behaviour": "unknownkey"}),
    "Unavailable.throttled": (JOB, [], {"behaviour": "throttled"}), 
    "UpstreamTimeout.timeout": (JOB, [], {"behaviour": "hang", "settings": BRIEF}),
    "UpstreamTimeout.notCached": (JOB, ["Cache-Control: only-if-cached"], {}),
}


class Described(Conversation):
    """Knows the jobs of the examples. A job of another name does not exist."""

    def be_visit(self, name):
        jobs = {document["name"]: document for document in (EXAMPLES["Job.full"], EXAMPLES["Job.queued"])}
        jobs["visit-43"] = {"name": "visit-43"} | EXAMPLES["Job.failed"]
        self.say(200, {"MedicalTranscriptionJob": as_aws_says(jobs[name])}) if name in jobs else self.be_missing(name)

    def be_invalid(self, _):
        self.fail(400, "BadRequestException", "1 validation error detected: Value 'x' at 'medicalTranscriptionJobName' "
                  "failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z._-]+")


def as_aws_says(document):
    """The job that the gateway shows as this document, with every member's name and place of AWS's."""
    def seconds(text):
        return datetime.fromisoformat(text).timestamp()

    names = {"name": "MedicalTranscriptionJobName", "status": "TranscriptionJobStatus", "failureReason": "FailureReason",
             "languageCode": "LanguageCode", "mediaFormat": "MediaFormat", "mediaSampleRateHertz": "MediaSampleRateHertz",
             "specialty": "Specialty", "type": "Type"}
    times = {"createdAt": "CreationTime", "startedAt": "StartTime", "completedAt": "CompletionTime"}
    job = {names[name]: value for name, value in document.items() if name in names}
    job |= {times[name]: seconds(value) for name, value in document.items() if name in times}
    if "settings" in document:
        job["Settings"] = {name[0].upper() + name[1:]: value for name, value in document["settings"].items()}
        job["Media"] = {"MediaFileUri": document["mediaUri"]}
        job["Transcript"] = {"TranscriptFileUri": document["transcriptUri"]}
        job["Tags"] = [{"Key": key, "Value": value} for key, value in document["tags"].items()]
    return job


@pytest.fixture
def described(serve, upstream):
    """Starts a gateway in front of the jobs of the examples."""
    upstream.RequestHandlerClass = Described
    return lambda settings=None: serve(ONE_ATTEMPT | (settings or {}))


def assert_example(answer, name):
    """The answer's content is the example but for what names the request, which each has of its own."""
    found, wanted = (without_names(document) for document in (answer.json, EXAMPLES[name]))
    assert found == wanted
    if "status" in wanted and "code" in wanted:
        assert answer.status == wanted["status"]


def without_names(document):
    if isinstance(document, list):
        return [without_names(item) for item in document]
    if isinstance(document, dict):
        return {name: "" if name in NAMES_OF_REQUEST else without_names(value) for name, value in document.items()}
    return document


@pytest.mark.parametrize("name", REQUESTS)
def test_an_example_is_what_its_request_gets(described, upstream, name):
    target, lines, parts = REQUESTS[name]
    parts = dict(parts)
    upstream.behaviour = parts.pop("behaviour", None)
    gateway = described(parts.pop("settings", None))
    with gateway.wire() as wire:
        assert_example(wire.send(request(target, *lines, **parts)).answer(), name)


def test_an_event_is_as_described(described):
    gateway = described()
    event = EXAMPLES["Events.done"]
    text = gateway.get("/jobs/visit-42/events?fields=name,status,done").body.decode()
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    # It varies, so that not all clients of a gateway that stops come back at once.
    assert 1_000 <= int(fields.pop("retry")) <= 5_000
    assert fields == {name: value for name, value in event.items() if name != "retry"}
    assert gateway.get("/jobs/visit-42?fields=name,status,done").fields["etag"] == event["id"]


def test_the_meaning_of_a_problem_is_as_described(described):
    example = RESPONSES["ProblemType"]["content"]["application/json"]["example"]
    assert described().get("/problems/invalid-job-name").json == example


def test_the_routes_are_as_described(described):
    assert described().get("/").json == RESPONSES["Home"]["content"]["application/json"]["example"]


# What more than one request takes.

def test_a_quota_that_is_used_up(described):
    gateway = described({"limits.client.rate": "1/s", "limits.client.burst": 1})
    gateway.get(JOB)
    assert_example(gateway.get(JOB), "QuotaExceeded.quota")


def test_a_client_that_watches_too_much(described, upstream):
    upstream.behaviour = "running"
    gateway = described()
    wires = [gateway.wire() for _ in range(100)]
    for wire in wires:
        wire.send(request("/jobs/visit-42/events"))
    eventually(lambda: metric(gateway, "transcribe_gateway_watchers") == 100)
    assert_example(gateway.get(f"{JOB}?wait=5"), "QuotaExceeded.watches")
    for wire in wires:
        wire.socket.close()


def test_a_gateway_that_is_watched_too_much(described, upstream):
    upstream.behaviour = "running"
    gateway = described({"watch.limit": 0})
    gateway.get(JOB)
    assert_example(gateway.get(f"{JOB}?wait=5"), "Unavailable.watches")


def test_a_budget_that_is_used_up(described):
    gateway = described({"limits.upstream.rate": "1/m", "limits.upstream.burst": 1})
    gateway.get("/jobs/visit-43")
    assert_example(gateway.get(JOB), "Unavailable.budget")


def test_a_budget_that_throttling_has_lowered(described, upstream):
    # Throttling lowers no rate to less than a call in two seconds.
    gateway = described({"limits.upstream.rate": "36/m", "limits.upstream.burst": 1, "upstream.timeout": "1s",
                         "upstream.connectTimeout": "500ms"})
    upstream.behaviour = "throttled"
    gateway.get("/jobs/visit-43")
    assert_example(gateway.get(JOB), "Unavailable.learned")


def test_a_breaker_that_is_open(described, upstream):
    upstream.behaviour = "500"
    gateway = described()
    answers = (gateway.get(f"/jobs/visit-{number}") for number in range(100, 200))
    assert any(answer.status == 503 for answer in answers)
    assert_example(gateway.get(JOB), "Unavailable.breaker")


def test_too_many_requests_that_wait(described, upstream):
    gateway = described({"cache.waiters": 1})
    with gateway.wire() as wire:
        wire.send(request("/jobs/slow-1"))
        eventually(lambda: upstream.calls["slow-1"] == 1)
        assert_example(gateway.get(JOB), "Unavailable.overloaded")
        upstream.gate.set()
        assert wire.answer().status == 200


def test_a_stored_job_that_is_removed_during_its_refresh(described, upstream):
    upstream.behaviour = "running"
    gateway = described({"cache.ttl.running": "100ms", "watch.list": "off"})
    with gateway.wire() as wire:
        gateway.get(JOB)
        upstream.behaviour = "slow"
        calls = upstream.calls["visit-42"]
        # It is past its freshness, and its refresh is slow.
        eventually(lambda: wire_is_waiting(gateway, wire, upstream, calls))
        assert gateway.ask_admin("/cache/jobs/visit-42", method="DELETE").status == 204
        assert_example(wire.answer(), "Unavailable.storedJobGone")
    upstream.gate.set()


def wire_is_waiting(gateway, wire, upstream, calls):
    """Sends the request once the copy is stale, and tells whether its refresh is under way."""
    if not hasattr(wire, "sent"):
        if "ttl=-" not in gateway.get(JOB, "Cache-Control: max-stale").fields["cache-status"]:
            return False
        wire.sent = wire.send(request(JOB))
    return upstream.calls["visit-42"] > calls and metric(gateway, "transcribe_gateway_waiting_requests") == 1


def test_a_gateway_that_stops(described, upstream):
    upstream.behaviour = "slow"
    gateway = described({"drain.timeout": "200ms", "upstream.timeout": "30s"})
    with gateway.wire() as wire:
        wire.send(request(JOB))
        eventually(lambda: upstream.calls.total() == 1)
        gateway.signal()
        assert_example(wire.answer(), "Unavailable.stopping")


def test_no_example_is_without_a_request():
    with open(__file__, encoding="utf-8") as text:
        replayed = set(re.findall(r'"([A-Z]\w+\.\w+)"', text.read()))
    assert set(EXAMPLES) <= replayed
