"""A request that is not well-formed gets the right problem, and Amazon Transcribe receives no call for it."""

import pytest

from problems import assert_problem
from wire import request

LONGEST = "a" * 200
# What may follow a job's name.
EVENTS = pytest.mark.parametrize("events", ["", "/events"], ids=["job", "events"])

NAMES = {
    "no name": "", "201 characters": LONGEST + "a", "a dot": ".", "two dots": "..", "an encoded dot": "%2e",
    "two encoded dots": "%2e%2e", "mixed dots": ".%2E", "an encoded slash": "a%2Fb", "an encoded backslash": "a%5cb",
    "NUL": "a%00b", "a line feed at the end": "visit%0a", "CR LF": "visit%0d%0aX:y", "an escape": "%1b%5b31m",
    "UTF-8": "%C3%A9", "no UTF-8": "%ff", "an overlong slash": "%c0%af", "a space": "a%20b", "a plus": "a+b",
    "encoded twice": "%252e", "a path parameter": "a;v=1", "a colon": "a:b", "a tilde": "~a", "a question": "a%3Fb",
}
QUERIES = {
    "an unknown member": "foo=1", "an unknown field": "fields=nonsense",
    "a known and an unknown field": "fields=name,x", "no field": "fields=", "nothing but a comma": "fields=,",
    "another view": "view=half", "no view": "view",
    "view twice": "view=full&view=full", "another format": "format=xml", "fields and view": "fields=name&view=full", "wrong case": "Fields=name",
    "an empty member": "&", "a field as AWS names it": "fields=TranscriptionJobStatus", "a slash": "a/b",
}
NOWHERE = [
    "/jobs/a/", "/jobs/a/b", "/jobs/a/../b", "//jobs/a", "/JOBS/a", "/job/a", "/jobs/a%2F/b", "/metrics",
    "/jobs/a/events/", "/jobs/a//events", "/jobs/a/Events", "/jobs/a/event", "/jobs/a/events/b", "/jobs/a/%65vents",
    "/jobs/a/b/events", "/jobs/events/events/events", "/jobs/a/events;v=1", "/jobs/a/events%00", "/events",
]
BAD_TARGETS = {
    "raw UTF-8": "/jobs/é".encode(), "a byte that is no UTF-8": b"/jobs/\xff", "a quote": '/jobs/"a"',
    "a fragment": "/jobs/a#b", "half an escape": "/jobs/a%2", "no escape": "/jobs/a%zz", "a backslash": "/jobs/a\\b",
    "no slash": "jobs/a", "user information": "http://me@localhost/jobs/a", "a star": "*",
    "another scheme": "ftp://a/jobs/a", "raw UTF-8 in events": "/jobs/a/évents".encode(),
    "a fragment of events": "/jobs/a/events#b", "half an escape in events": "/jobs/a/events%2",
    "no slash before events": "jobs/a/events",
}


@EVENTS
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_refuses_a_bad_name(silent, name, events):
    problem = assert_problem(silent.get(f"/jobs/{name}{events}"), 400, "invalid-job-name")
    assert problem["instance"] == f"/jobs/{name}{events}"
    assert "1 to 200 characters" in problem["detail"]


@EVENTS
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_refuses_a_bad_query(silent, query, events):
    problem = assert_problem(silent.get(f"/jobs/visit-1{events}?{query}"), 400, "invalid-query")
    assert problem["instance"] == f"/jobs/visit-1{events}"


@pytest.mark.parametrize("query", ["wait=1", "wait=0", "fields=name&wait=1", "lastEventId=1", "format=json"])
def test_events_have_no_wait(silent, query):
    assert_problem(silent.get(f"/jobs/visit-1/events?{query}"), 400, "invalid-query")


def test_names_the_fields_that_are_allowed(silent):
    detail = silent.get("/jobs/visit-1?fields=nonsense").json["detail"]
    assert "name, status, done, createdAt, startedAt, completedAt, transcriptUri, failureReason" in detail
    assert "nonsense" not in detail
    assert silent.get("/jobs/visit-1?feilds=status").json["detail"].endswith(" Did you mean 'fields'?")


@pytest.mark.parametrize("target", NOWHERE)
def test_has_nothing_elsewhere(silent, target):
    assert_problem(silent.get(target), 404, "no-such-route")


@pytest.mark.parametrize("target", BAD_TARGETS.values(), ids=BAD_TARGETS)
def test_refuses_a_bad_target_and_closes(silent, target):
    with silent.wire() as wire:
        answer = wire.send(request(target)).answer()
        assert answer.status == 400 and wire.is_closed()
        assert_problem(answer, 400, "malformed-request", instance="instance" in answer.json)
        assert answer.json.get("instance", "/").isascii()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get", "G!T"])
@pytest.mark.parametrize("content", [b"", b"name=visit-2"], ids=["empty", "with content"])
@EVENTS
def test_allows_get_and_head_only(silent, method, content, events):
    lines = [f"Content-Length: {len(content)}"] if content else []
    with silent.wire() as wire:
        answer = wire.send(request(f"/jobs/visit-1{events}", *lines, method=method, body=content)).answer()
        assert_problem(answer, 405, "method-not-allowed")
        assert {"GET", "HEAD"} <= set(answer.fields["allow"].split(", "))
        assert b"visit-2" not in answer.body


SMUGGLED = request("/jobs/smuggled")
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
CONTENT = {
    "a length": ([f"Content-Length: {len(SMUGGLED)}"], SMUGGLED),
    "chunks": (["Transfer-Encoding: chunked"], CHUNKED),
}


@EVENTS
@pytest.mark.parametrize("lines, body", CONTENT.values(), ids=CONTENT)
def test_takes_no_content_with_get(silent, lines, body, events):
    with silent.wire() as wire:
        wire.send(request(f"/jobs/visit-1{events}", *lines, body=body))
        assert_problem(wire.answer(), 400, "content-not-allowed")
        assert wire.is_closed()


@EVENTS
def test_refuses_a_path_of_10_kilobytes(silent, events):
    assert_problem(silent.get("/jobs/" + "a" * 10_240 + events), 414, "target-too-long", instance=False)


@EVENTS
def test_refuses_200_header_fields(silent, events):
    lines = [f"X-{number}: a" for number in range(200)]
    assert_problem(silent.get(f"/jobs/visit-1{events}", *lines), 431, "too-many-header-fields")
