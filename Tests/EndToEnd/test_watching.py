"""Requests that wait for a job to change, and streams of its changes, on real sockets."""

import signal
import time

import pytest

from metrics import metric
from timeouts import eventually
from wire import request

WAIT, EVENTS = "/jobs/watched-1?wait=30", "/jobs/watched-1/events"
QUICK = {"cache.ttl.running": "200ms", "drain.timeout": "10s"}


@pytest.fixture
def running(serve, upstream):
    """A gateway whose upstream says of every job that it runs, until the test says otherwise."""
    upstream.behaviour = "running"
    gateway = serve(QUICK)
    assert gateway.get("/jobs/watched-1").json["done"] is False
    return gateway


def watchers(gateway):
    return metric(gateway, "transcribe_gateway_watchers")


def test_a_wait_ends_with_the_job(running, upstream):
    with running.wire(timeout=30) as wire:
        wire.send(request(WAIT))
        eventually(lambda: watchers(running) == 1)
        upstream.behaviour = "fine"
        answer = wire.answer()
        assert (answer.status, answer.json["done"], answer.fields["preference-applied"]) == (200, True, "wait=30")
        assert answer.fields["cache-control"] == "no-store" and "retry-after" not in answer.fields
        line = running.access_of(answer)
        assert (line["outcome"], line["http.response.status_code"]) == ("watched", 200)
        assert wire.send(request("/jobs/watched-1")).answer().status == 200


@pytest.mark.parametrize("lines, status", [([], 200), (["If-None-Match: TAG"], 304)])
def test_a_wait_ends_after_its_time(running, lines, status):
    tag = running.get("/jobs/watched-1").fields["etag"]
    with running.wire() as wire:
        began = time.monotonic()
        known = [line.replace("TAG", tag) for line in lines]
        answer = wire.send(request("/jobs/watched-1", "Prefer: wait=1", *known)).answer()
        assert (answer.status, answer.fields["etag"]) == (status, tag)
        assert 1 <= time.monotonic() - began < 3


def test_a_stop_answers_all_that_wait_at_once(running):
    wires = [running.wire(timeout=30) for _ in range(20)]
    for wire in wires:
        wire.send(request(WAIT))
    eventually(lambda: watchers(running) == 20)
    began = time.monotonic()
    running.signal(signal.SIGTERM)
    for wire in wires:
        answer = wire.answer()
        assert (answer.status, answer.json["done"], answer.fields["retry-after"]) == (200, False, "1")
        assert answer.fields["connection"] == "close"
    assert time.monotonic() - began < 3
    assert running.end() == 0


def test_a_stream_tells_each_change_and_ends(running, upstream):
    with running.wire(timeout=30) as wire:
        head = wire.send(request(EVENTS), request("/jobs/watched-1?fields=status")).head()
        assert (head.status, head.fields["content-type"]) == (200, "text/event-stream")
        first = wire.chunk()
        assert first.startswith(b"retry: ") and b"event: job\nid: \"" in first and b'"done":false' in first
        upstream.behaviour = "fine"
        last = wire.chunk()
        assert last.startswith(b"event: job\nid: \"") and b'"done":true' in last
        assert wire.chunk() == b""
        # The next request of the connection had to wait.
        assert wire.answer().json == {"status": "COMPLETED"}
    line = running.access_of(head)
    assert (line["outcome"], line["http.response.status_code"], line["events"], line["http.response.body.size"]) == ("watched", 200, 2, len(first + last))
    tag = last.split(b"\n")[1].removeprefix(b"id: ").decode()
    assert running.get(EVENTS, f"Last-Event-ID: {tag}").status == 204


def test_a_stop_ends_streams_and_their_clients_lose_nothing(running, serve, upstream):
    wires = [running.wire(timeout=30) for _ in range(20)]
    heads = [wire.send(request(EVENTS)).head() for wire in wires]
    tags = [wire.chunk().split(b"\nid: ")[1].split(b"\n")[0].decode() for wire in wires]
    running.signal(signal.SIGTERM)
    for wire in wires:
        assert wire.chunk() == b"" and wire.rest() == b""
    assert running.end() == 0
    upstream.behaviour = "fine"
    with serve(QUICK).wire() as wire:
        wire.send(request(EVENTS, f"Last-Event-ID: {tags[0]}")).head()
        assert b'"done":true' in wire.chunk() and wire.chunk() == b""
    assert len({head.fields["x-request-id"] for head in heads}) == 20


def test_an_unchanged_job_is_not_told_again(running):
    tag = running.get("/jobs/watched-1").fields["etag"]
    with running.wire() as wire:
        assert wire.send(request(EVENTS, f"Last-Event-ID: {tag}")).head().status == 200
        assert wire.chunk().startswith(b"retry: ")
        calls = metric(running, "transcribe_gateway_fetches_total", result="succeeded")
        eventually(lambda: metric(running, "transcribe_gateway_fetches_total", result="succeeded") > calls + 1)
        assert wire.received == b""


def test_a_problem_comes_before_the_stream(running, upstream):
    upstream.behaviour = None
    answer = running.get("/jobs/missing-1/events")
    assert (answer.status, answer.json["code"]) == (404, "job-not-found")


def test_the_places_are_limited(serve, upstream):
    upstream.behaviour = "running"
    gateway = serve(QUICK | {"watch.perClient": 2, "watch.limit": 2})
    with gateway.wire(source="127.0.0.2") as one, gateway.wire(source="127.0.0.2") as two:
        one.send(request(EVENTS)).head()
        two.send(request(WAIT))
        eventually(lambda: watchers(gateway) == 2)
        for target in (WAIT, EVENTS):
            mine, others = gateway.get(target, source="127.0.0.2"), gateway.get(target, source="127.0.0.3")
            assert (mine.status, others.status, mine.json["code"]) == (429, 503, "too-many-watches")
            assert mine.fields["retry-after"] == others.fields["retry-after"] == "5"
        assert gateway.get("/jobs/watched-1", source="127.0.0.2").status == 200
        assert gateway.get("/jobs/watched-1/events", method="HEAD", source="127.0.0.2").status == 200
    eventually(lambda: watchers(gateway) == 0)


def test_no_name_of_a_watched_job_is_told_to_operators(running, upstream):
    with running.wire() as wire:
        wire.send(request("/jobs/watched-jane-doe/events")).head()
        eventually(lambda: watchers(running) == 1)
        assert b"jane" not in running.ask_admin("/metrics").body
    eventually(lambda: watchers(running) == 0)
    assert "jane" not in "".join(running.output)
