"""Requests about as large as the HTTP library's memory for a connection: each gets one answer, and has one line in the log
and one count with the status that the client got."""

import collections

import pytest

from metrics import metric
from problems import assert_problem
from timeouts import eventually
from wire import request

TARGET = "/jobs/fine-1"
LAST = "Connection: close"
FIELDS = [*range(7_000, 17_000, 250), 7_950, 8_050, 8_150, 15_850, 15_900, 15_950, 16_050, 16_100, 16_150,
          *range(17_000, 31_000, 700), *range(31_000, 32_000, 90)]
COOKIES = [*range(1_000, 15_000, 450), 8_192]


def only_answer(gateway, sent):
    """The one answer to what is sent, after which the server closes."""
    with gateway.wire() as wire:
        wire.send(sent)
        answer = wire.answer()
        assert wire.rest() == b"", "bytes after the answer"
        return answer


def accesses(gateway):
    return [line for line in gateway.log if line["logger"] == "access"]


def assert_recorded(gateway, statuses):
    """The log has a line for each answer, with its status, and the metrics count the same."""
    eventually(lambda: len(accesses(gateway)) >= len(statuses))
    assert [line["status"] for line in accesses(gateway)] == statuses
    for status, count in collections.Counter(statuses).items():
        eventually(lambda: metric(gateway, "transcribe_gateway_requests_total", status=str(status)) == count)


def test_a_field_of_any_length_has_one_answer(serve):
    gateway = serve()
    statuses = []
    for length in FIELDS:
        answer = only_answer(gateway, request(TARGET, "X-Long: " + "a" * (length - 10), LAST))
        assert answer.status == (200 if length < 20_400 else 431), length
        statuses.append(answer.status)
        if answer.status == 431:
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
    for count in (100, 250, 400):
        answer = only_answer(gateway, request(TARGET, "Cookie: " + "; ".join(["a=b"] * count), LAST))
        statuses.append(answer.status)
        assert answer.status == 200 or assert_problem(answer, 431, "too-many-header-fields")
    assert statuses[-3] == 200 and statuses[-1] == 431
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


def test_a_reply_that_was_not_sent_is_logged_as_such(serve, upstream):
    """A client that breaks the connection while it waits, and one that takes no answers."""
    gateway = serve({"upstream.timeout": "30s", "listen.idleTimeout": "1s"})
    with gateway.wire() as wire:
        wire.send(request("/jobs/slow-1"))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == 1)
        wire.reset()
    upstream.gate.set()
    line = gateway.wait_for_line(logger="access")
    assert line["outcome"] == "unsent" and "status" not in line and "bytes" not in line
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
