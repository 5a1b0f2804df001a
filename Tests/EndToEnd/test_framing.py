"""Requests that break HTTP's framing get one answer, and nothing behind them is taken for a request."""

import pytest

from problems import assert_problem
from wire import request

TARGET = "/jobs/visit-1"
TARGETS = [TARGET, f"{TARGET}/events"]
BEHIND = request("/jobs/behind")


def lines(*lines, **options):
    return request(TARGET, *lines, **options)


BROKEN = {
    "no Host": (lines(host=None), 400),
    "two Hosts": (lines("Host: localhost"), 400),
    "an empty Host": (lines(host=""), 400),
    "a Host with a path": (lines(host="localhost/a"), 400),
    "a Host with user information": (lines(host="me@localhost"), 400),
    "two lengths": (lines("Content-Length: 0", "Content-Length: 0"), 400),
    # With POST, because GET is refused for its content anyway.
    "a length and chunks": (
        lines("Content-Length: 4", "Transfer-Encoding: chunked", method="POST", body=b"0\r\n\r\n"), 400),
    "chunks and a length": (
        lines("Transfer-Encoding: chunked", "Content-Length: 4", method="POST", body=b"0\r\n\r\n"), 400),
    "a coding that is not known": (lines("Transfer-Encoding: gzip", method="POST"), 501),
    "chunks in HTTP/1.0": (lines("Transfer-Encoding: chunked", version="HTTP/1.0", body=b"0\r\n\r\n"), 400),
    "an expectation": (lines("Expect: the-unexpected"), 417),
    "a folded line": (lines("X-Folded: a\r\n b"), 400),
    "a space before the colon": (lines("X-Spaced : a"), 400),
    "a name that is no token": (lines("X(Y): a"), 400),
    "a line without a name": (lines(": a"), 400),
    "NUL in a value": (lines(b"X-Nul: a\x00b"), 400),
    "NUL in the target": (request(b"/jobs/visit-1\x00"), 400),
    "an escape in a value": (lines(b"X-Escape: \x1b[31m"), 400),
    "a bare line feed": (b"GET /jobs/visit-1 HTTP/1.1\nHost: localhost\r\nX: y\r\n\r\n", 400),
    "two spaces": (b"GET  /jobs/visit-1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "a method that is no token": (lines(method='G"T'), 400),
}


@pytest.mark.parametrize("sent, status", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("target", TARGETS)
def test_refuses_once_and_closes(silent, target, sent, status):
    with silent.wire() as wire:
        answer = wire.send(sent.replace(TARGET.encode(), target.encode()), BEHIND).answer()
        assert_problem(answer, status, instance="instance" in answer.json)
        assert wire.is_closed()


@pytest.mark.parametrize("host", ["rebound.example", "localhost.example", "127.0.0.1.example:80", "10.0.0.1"])
@pytest.mark.parametrize("target", TARGETS)
def test_answers_for_its_own_hosts_only(silent, target, host):
    with silent.wire() as wire:
        assert_problem(wire.send(request(target, host=host)).answer(), 421, "wrong-host")


@pytest.mark.parametrize("target", TARGETS)
def test_an_absolute_target_decides_the_host(silent, target):
    with silent.wire() as wire:
        answer = wire.send(request(f"http://rebound.example{target}", host="localhost")).answer()
        assert_problem(answer, 421, "wrong-host")


def test_ends_a_request_that_trickles_in(serve):
    gateway = serve({"listen.requestTimeout": "500ms"})
    with gateway.wire(timeout=5) as wire:
        assert wire.send(b"GET /jobs/fine-1 HTTP/1.1\r\nHost: lo").is_closed()


def test_keeps_nothing_of_a_client_that_only_connects(serve):
    gateway = serve({"listen.requestTimeout": "500ms"})
    with gateway.wire(timeout=5) as wire:
        assert wire.is_closed()
