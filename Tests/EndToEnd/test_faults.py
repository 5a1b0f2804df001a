"""What goes wrong behind the gateway becomes an honest answer: the right status, our words, and nothing kept of it."""

import pytest

from fake_transcribe import WORDS_OF_AWS
from problems import assert_problem

RETRIED, ASKED_ONCE = 3, 1

# The upstream's behaviour: status, problem, calls for one request.
FAULTS = {
    "500": (502, "upstream-failed", RETRIED),
    "html503": (502, "upstream-failed", RETRIED),
    "truncated": (502, "upstream-failed", RETRIED),
    "reset": (502, "upstream-failed", RETRIED),
    "notjson": (502, "upstream-failed", ASKED_ONCE),
    "wrong": (502, "upstream-failed", ASKED_ONCE),
    "nojob": (502, "upstream-failed", ASKED_ONCE),
    "redirect": (502, "upstream-failed", ASKED_ONCE),
    "huge": (502, "upstream-failed", ASKED_ONCE),
    "badrequest": (502, "upstream-failed", ASKED_ONCE),
    "denied": (502, "access-denied", ASKED_ONCE),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_upstream_is_told_and_not_remembered(gateway, upstream, fault):
    status, kind, calls = FAULTS[fault]
    answer = gateway.get(f"/jobs/{fault}-1")
    problem = assert_problem(answer, status, kind)
    assert upstream.calls == {f"{fault}-1": calls}
    assert WORDS_OF_AWS not in answer.body.decode() and WORDS_OF_AWS not in str(gateway.log)
    assert "retry-after" not in answer.fields and problem["title"]
    assert gateway.get(f"/jobs/{fault}-1").status == status
    assert upstream.calls[f"{fault}-1"] > calls


def test_throttling_is_amazons_and_says_when_to_come_back(serve, upstream):
    answer = serve({"upstream.attempts": 1}).get("/jobs/throttled-1")
    problem = assert_problem(answer, 503, "upstream-throttled")
    assert int(answer.fields["retry-after"]) >= 1
    assert "AWS's limit" in problem["detail"]


def test_an_upstream_that_hangs_is_given_up_in_time(serve, upstream):
    gateway = serve({"upstream.timeout": "300ms", "upstream.connectTimeout": "200ms"})
    assert_problem(gateway.get("/jobs/hang-1"), 504, "upstream-timeout")
    assert gateway.get("/jobs/fine-1").status == 200


def test_an_upstream_that_is_not_there(serve, upstream):
    gateway = serve()
    upstream.close()
    assert_problem(gateway.get("/jobs/fine-1"), 502, "upstream-failed")


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
    gateway = serve({"limits.upstream.rate": "1/m", "limits.upstream.burst": 2})
    statuses = [gateway.get(f"/jobs/fine-{number}").status for number in range(4)]
    assert statuses == [200, 200, 503, 503] and upstream.calls.total() == 2
    answer = gateway.get("/jobs/fine-9")
    assert_problem(answer, 503, "upstream-budget")
    assert int(answer.fields["retry-after"]) >= 1
    assert gateway.get("/jobs/fine-0").status == 200
