"""Requests about as large as the HTTP library's memory for a connection, and requests that the library refuses by itself:
each gets one answer, and has one line in the log and one count with the status that the client got."""

import collections
import re

import pytest

from metrics import metric
from problems import assert_problem
from timeouts import eventually
from wire import Wire, request

TARGET = "/jobs/fine-1"
LAST = "Connection: close"
FIELDS = [*range(7_000, 17_000, 250), 7_950, 8_050, 8_150, 15_850, 15_900, 15_950, 16_050, 16_100, 16_150,
          *range(17_000, 31_000, 700), *range(31_000, 34_000, 90)]
COOKIES = [*range(1_000, 21_000, 450), 8_192, 16_000, 16_100, 16_200]


def only_answer(gateway, sent):
    """The one answer to what is sent, after which the server closes."""
    with gateway.wire() as wire:
        wire.send(sent)
        answer = wire.answer()
        assert wire.rest() == b"", "bytes after the answer"
        return answer


def assert_recorded(gateway, statuses):
    """The log has a line for each answer, with its status, and the metrics count the same."""
    eventually(lambda: len(gateway.accesses) >= len(statuses))
    assert sorted(line["http.response.status_code"] for line in gateway.accesses) == sorted(statuses)
    for status, count in collections.Counter(statuses).items():
        eventually(lambda: metric(gateway, "transcribe_gateway_requests_total", status=str(status)) == count)


def test_a_field_of_any_length_has_one_answer(serve):
    gateway = serve()
    statuses = []
    for length in FIELDS:
        answer = only_answer(gateway, request(TARGET, "X-Long: " + "a" * (length - 10), LAST))
        assert answer.status == (200 if length < 20_400 else 431), length
        statuses.append(answer.status)
        # Above that the library refuses it, with a bare text.
        if 20_400 < length < 32_000:
            assert_problem(answer, 431, "too-many-header-fields")
    assert_recorded(gateway, statuses)


def test_a_cookie_of_any_length_has_one_answer(serve):
    gateway = serve()
    statuses = []
    for length in COOKIES:
        answer = only_answer(gateway, request(TARGET, "Cookie: a=" + "b" * (length - 12), LAST))
        assert answer.status == (200 if length < 10_250 else 431), length
        statuses.append(answer.status)
        if answer.status == 431:
            assert_problem(answer, 431, "too-many-header-fields")
    for count in (100, 250, 400, 500, 1_000, 2_000):
        answer = only_answer(gateway, request(TARGET, "Cookie: " + "; ".join(["a=b"] * count), LAST))
        statuses.append(answer.status)
        assert answer.status == 200 or assert_problem(answer, 431, "too-many-header-fields")
    assert statuses[-6] == 200 and statuses[-1] == 431
    assert_recorded(gateway, statuses)


def test_a_header_section_of_12_kib_with_a_cookie_of_8_kib_is_served(serve):
    gateway = serve()
    cookie = "Cookie: " + "; ".join(f"name-{number:02}=" + "v" * 400 for number in range(20))
    others = [f"X-{number:02}: " + "c" * 180 for number in range(20)]
    sent = request(TARGET, cookie[:8_192], *others, LAST)
    assert 12_000 < len(sent) < 12_600
    assert only_answer(gateway, sent).status == 200


@pytest.mark.parametrize("members", [1, 100, 128, 129, 180, 250, 300, 2_000, 4_000])
def test_a_query_is_judged_however_many_members_it_has(gateway, members):
    length = (8_191 - len(TARGET) - members) // members
    query = "&".join(["a" * length] * members)
    answer = only_answer(gateway, request(f"{TARGET}?{query}", LAST))
    assert_problem(answer, 400, "invalid-query")


# What the library refuses itself: the status, the words for it in the log, and whether the client is known.
LEFT_TO_THE_LIBRARY = {
    "HTTP/2.0": (request(TARGET, version="HTTP/2.0"), 505, "unsupported-feature", False),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported-feature", False),
    "HTTP/0.9": (request(TARGET, version="HTTP/0.9"), 505, "unsupported-feature", False),
    "no version": (b"GET /jobs/fine-1\r\n\r\n", 400, "malformed-request", False),
    "a target of 64 KiB": (request("/jobs/" + "a" * 65_536), 414, "target-too-long", False),
    "no colon in the first line": (b"GET / HTTP/1.1\r\nnothing\r\nHost: localhost\r\n\r\n", 400, "malformed-request", True),
    "no colon": (request(TARGET, "nothing"), 400, "malformed-request", True),
    "a field of 64 KiB": (request(TARGET, "X-Long: " + "a" * 65_536), 431, "too-many-header-fields", True),
    "600 fields": (request(TARGET, *["X: a"] * 600), 431, "too-many-header-fields", True),
}


@pytest.mark.parametrize("sent, status, problem, is_known", LEFT_TO_THE_LIBRARY.values(), ids=LEFT_TO_THE_LIBRARY)
def test_what_the_library_refuses_is_logged_and_counted(serve, sent, status, problem, is_known):
    gateway = serve()
    received = Wire(gateway.port).send(sent).rest()
    assert [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)] == [status]
    line = gateway.wait_for_line(logger="access")
    assert (line["http.response.status_code"], line["outcome"], line["problem"]) == (status, "refused", problem)
    assert line.get("client.address") == ("127.0.0.1" if is_known else None)
    eventually(lambda: metric(gateway, "transcribe_gateway_requests_total", status=str(status)) == 1)
    assert gateway.get(TARGET).status == 200
    eventually(lambda: len(gateway.accesses) == 2)
    assert not [line for line in gateway.log if "%" in line.get("detail", "") or "HTTP/1.1" in line.get("detail", "")]


def test_a_request_that_is_refused_twice_has_one_answer_and_one_line(serve):
    """The library has no room for its cookies, and goes on to a length that is none."""
    gateway = serve()
    cookies = "Cookie: " + "a;" * 3_000
    answer = only_answer(gateway, request(TARGET, "Content-Length: x", cookies))
    assert answer.status in (400, 431)
    assert gateway.access_of(answer)["http.response.status_code"] == answer.status
    assert_recorded(gateway, [answer.status])


# What the library would refuse with its head sent twice: the server does it instead.
TAKEN_FROM_THE_LIBRARY = {
    "a length that is no number": ("1x", 400, "malformed-request"), "a negative length": ("-1", 400, "malformed-request"),
    "no length": ("", 400, "malformed-request"), "an endless length": ("9" * 30, 413, "content-too-large"),
}


@pytest.mark.parametrize("length, status, kind", TAKEN_FROM_THE_LIBRARY.values(), ids=TAKEN_FROM_THE_LIBRARY)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_a_bad_length_has_one_answer_in_our_words(serve, length, status, kind, method, pieces):
    gateway = serve({"limits.client.rate": "1/m", "limits.client.burst": 2, "clients.trustedProxies": "127.0.0.1",
                     "listen.threads": 1})
    sent = request(TARGET, f"Content-Length: {length}", "X-Forwarded-For: 192.0.2.7", method=method)
    size = len(sent) // pieces + 1
    with gateway.wire() as wire:
        for start in range(0, len(sent), size):
            assert gateway.get("/").status == 200  # another request of the same thread
            wire.send(sent[start:start + size])
        answer = wire.answer(to_head=method == "HEAD")
        assert wire.rest() == b""
        assert answer.status == status and answer.fields["ratelimit"].startswith('"client";r=1;t=')
        if method != "HEAD":
            assert_problem(answer, status, kind)
    line = gateway.wait_for_line(logger="access", outcome="refused")
    assert (line["http.response.status_code"], line["problem"], line["client.address"]) == (status, kind, "192.0.2.7")
    eventually(lambda: metric(gateway, "transcribe_gateway_requests_total", status=str(status)) == 1)


def test_refusals_of_the_library_count_against_the_limit(serve):
    gateway = serve({"limits.client.rate": "1/m", "limits.client.burst": 3})
    for _ in range(3):
        Wire(gateway.port).send(request(TARGET, "nothing")).rest()
    eventually(lambda: len(gateway.accesses) == 3)
    assert gateway.get(TARGET).status == 429


def test_a_reply_that_was_not_sent_is_logged_as_such(serve, upstream):
    """A client that breaks the connection while it waits, and one that takes no answers."""
    gateway = serve({"upstream.timeout": "30s", "listen.idleTimeout": "1s"})
    with gateway.wire() as wire:
        wire.send(request("/jobs/slow-1"))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == 1)
        wire.reset()
    upstream.gate.set()
    line = gateway.wait_for_line(logger="access")
    assert line["outcome"] == "unsent" and "http.response.status_code" not in line and "http.response.body.size" not in line
    eventually(lambda: metric(gateway, "transcribe_gateway_requests_total", status="none") == 1)
    assert metric(gateway, "transcribe_gateway_requests_total", status="200") == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("target", ["/jobs/fine-1", "/", "/jobs/missing-1"])
def test_no_continue_without_content(gateway, method, target):
    with gateway.wire() as wire:
        wire.send(request(target, "Expect: 100-continue", method=method))
        assert wire.answer(to_head=method == "HEAD").status in (200, 204, 404, 405)
        assert wire.is_closed()


def test_requests_behind_content_are_not_read(gateway):
    """The content is not read either, so that the connection closes; openapi.yaml says so."""
    with gateway.wire() as wire:
        wire.send(request(TARGET, "Content-Length: 5", method="POST", body=b"hello"), request(TARGET) * 2)
        answer = wire.answer()
        assert answer.status == 405 and answer.fields["connection"] == "close"
        assert wire.is_closed()
