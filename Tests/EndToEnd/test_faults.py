"""A failure of the upstream gives the right status and a text of the gateway's own, and nothing of it is cached."""

import re
import time

import pytest

from aws_error_texts import AWS_ERROR_TEXT
from fault_rows import MARGIN, RECOVERED, ROWS
from metrics import metric
from timeouts import eventually
from problems import assert_problem


# A value as Swift prints one for programmers: `ErrorCode(text: "y")`, `Optional(1)`.
DEBUG_PRINT = re.compile(r'[A-Z]\w*\((\w+: |"|\.|\d)|Optional')


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_a_fault_is_told_in_time_and_forgotten_when_it_ends(serve, upstream, row):
    gateway = serve(row.settings)
    assert gateway.get("/jobs/fine-0").status == 200
    vars(upstream).update(row.upstream)
    began = time.monotonic()
    answer = gateway.get(f"/jobs/{row.job}", "Accept: application/json")
    elapsed = time.monotonic() - began
    assert_as_told(answer, row)
    assert elapsed <= row.within and int(answer.fields.get("age", 0)) <= elapsed
    assert row.calls[0] <= upstream.calls[row.job] <= row.calls[1]
    assert gateway.get("/jobs/fine-0").fields["cache-status"].startswith("transcribe-gateway; hit"), "hits go on"
    assert AWS_ERROR_TEXT not in answer.body.decode() and AWS_ERROR_TEXT not in str(gateway.log)
    assert not [line for line in gateway.log if any(DEBUG_PRINT.search(str(value)) for value in line.values())]
    upstream.answer_normally()
    eventually(lambda: gateway.get(f"/jobs/{row.job}").status == 200, within=RECOVERED)
    assert_nothing_is_left(gateway)


def assert_as_told(answer, row):
    if row.status == 200:
        assert answer.status == 200, answer
        assert answer.json["name"] == row.job and answer.json["status"] == "COMPLETED"
        assert answer.fields["cache-status"] == "transcribe-gateway; fwd=miss; stored"
        assert answer.fields["cache-control"] == "private, no-cache"
        assert answer.fields["etag"] and "content-length" in answer.fields
    else:
        assert_problem(answer, row.status, row.problem)
    assert ("retry-after" in answer.fields) == (row.status in (404, 502, 503, 504))
    assert int(answer.fields.get("retry-after", 1)) >= 1
    assert "x-injected" not in answer.fields


def assert_nothing_is_left(gateway):
    for gauge in ("waiting_requests", "upstream_in_flight"):
        eventually(lambda: metric(gateway, f"transcribe_gateway_{gauge}") == 0)


def test_an_answer_without_an_end_is_hung_up_on(gateway, upstream):
    for fault in ("endless-1", "endlesshead-1", "huge-1"):
        upstream.hung_up.clear()
        assert gateway.get(f"/jobs/{fault}").status == 502
        assert upstream.hung_up.wait(2), fault


@pytest.mark.parametrize("offset", [600, -600])
def test_the_clock_is_corrected_once(gateway, upstream, offset):
    upstream.clock_offset = offset
    assert [gateway.get(f"/jobs/fine-{number}").status for number in range(3)] == [200] * 3
    assert upstream.calls.total() == 4


def test_throttling_is_amazons_and_says_when_to_come_back(serve, upstream):
    answer = serve({"upstream.attempts": 1}).get("/jobs/throttled-1")
    problem = assert_problem(answer, 503, "upstream-throttled")
    assert int(answer.fields["retry-after"]) >= 1
    assert "AWS's limit" in problem["detail"]


def test_an_unknown_job_is_remembered_briefly(serve, upstream):
    gateway = serve({"cache.ttl.missing": "10m"})
    for _ in range(3):
        problem = assert_problem(gateway.get("/jobs/missing-1"), 404, "job-not-found")
    assert upstream.calls["missing-1"] == 1
    assert problem["awsRequestId"] == "fake-1"


def test_a_running_job_is_looked_up_again_and_a_finished_one_is_not(serve, upstream):
    gateway = serve({"cache.ttl.running": "100ms"})
    running = gateway.get("/jobs/running-1")
    assert int(running.fields["retry-after"]) >= 1
    while upstream.calls["running-1"] < 3:
        assert gateway.get("/jobs/running-1").json["status"] == "IN_PROGRESS"
        assert "retry-after" not in gateway.get("/jobs/fine-1").fields
    assert upstream.calls["fine-1"] == 1


def test_a_client_over_its_limit_is_told_when_to_come_back(serve):
    gateway = serve({"limits.client.rate": "1/m", "limits.client.burst": 2})
    first, second, third = (gateway.get("/jobs/fine-1") for _ in range(3))
    assert (first.status, second.status) == (200, 200)
    assert first.fields["ratelimit-policy"] == '"client";q=2;w=120'
    assert first.fields["ratelimit"].startswith('"client";r=1;')
    problem = assert_problem(third, 429)
    assert problem["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert problem["violated-policies"] == ["client"]
    wait = third.fields["retry-after"]
    assert third.fields["ratelimit"] == f'"client";r=0;t={wait}' and 50 <= int(wait) <= 60


def test_the_budget_for_amazon_is_kept(serve, upstream):
    """A request that cannot be served within the time for a look-up is refused at once."""
    gateway = serve({"limits.upstream.rate": "1/m", "limits.upstream.burst": 2})
    began = time.monotonic()
    statuses = [gateway.get(f"/jobs/fine-{number}").status for number in range(4)]
    assert statuses == [200, 503, 503, 503] and upstream.calls.total() == 1
    assert time.monotonic() - began < MARGIN
    answer = gateway.get("/jobs/fine-9")
    assert_problem(answer, 503, "upstream-budget")
    assert int(answer.fields["retry-after"]) >= 1
    assert gateway.get("/jobs/fine-0").status == 200
