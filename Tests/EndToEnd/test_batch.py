"""Several jobs in one answer: `GET /jobs?name=a,b&name=c`."""

import time

import pytest

from metrics import metric
from problems import MEMBERS, assert_problem
from timeouts import eventually
from wire import request

NAMES = [f"fine-{number}" for number in range(100)]
FOR_THE_REQUEST = {"instance", "requestId"}


def batch(names, query=""):
    return f"/jobs?name={','.join(names)}{query}"


def shown(answer):
    """The name of each job, with its status or the code of its problem."""
    assert answer.status == 200 and answer.fields["content-type"] == "application/json", answer
    return [(item["name"], item["problem"]["code"] if "problem" in item else item["status"])
            for item in answer.json["jobs"]]


def test_a_hundred_jobs_are_asked_for_once_each(gateway, upstream):
    first = gateway.get(batch(reversed(NAMES)))
    assert shown(first) == [(name, "COMPLETED") for name in reversed(NAMES)]
    assert upstream.calls == dict.fromkeys(NAMES, 1)
    # The second time the cache has them all.
    again = gateway.get(batch(NAMES[:50]) + "".join(f"&name={name}" for name in NAMES[50:]))
    assert again.json["jobs"] == first.json["jobs"][::-1]
    assert upstream.calls.total() == 100
    assert "etag" not in again.fields and again.fields["cache-control"] == "no-store"
    lines = [gateway.access_of(answer) for answer in (first, again)]
    assert [(line["outcome"], line["names"], "job" in line) for line in lines] == [("miss", 100, False), ("hit", 100, False)]
    assert lines[0]["http.response.body.size"] == len(first.body)
    name = "transcribe_gateway_request_duration_seconds_count"
    assert [metric(gateway, name, route="batch", outcome=outcome) for outcome in ("miss", "hit")] == [1, 1]


def test_each_item_is_what_the_jobs_own_url_gives(gateway):
    names = ["running-1", "missing-1", "denied-1", "fine-1"]
    items = gateway.get(batch(names)).json["jobs"]
    for name, item in zip(names, items):
        own = gateway.get(f"/jobs/{name}")
        if own.status == 200:
            assert item == own.json and list(item) == list(own.json)
        else:
            problem = {member: value for member, value in own.json.items() if member not in FOR_THE_REQUEST}
            assert item == {"name": name, "problem": problem}
            assert list(item["problem"]) == [member for member in own.json if member not in FOR_THE_REQUEST]
    assert MEMBERS - FOR_THE_REQUEST <= set(items[1]["problem"])
    full = gateway.get(batch(["fine-1"], "&view=full")).json["jobs"]
    assert full == [gateway.get("/jobs/fine-1?view=full").json]
    assert gateway.get(batch(["fine-1", "running-1"], "&fields=status")).json["jobs"] == [
        {"status": "COMPLETED"}, {"status": "IN_PROGRESS"}]


def test_one_slow_job_does_not_lose_the_others(serve, upstream):
    gateway = serve({"upstream.timeout": "1s", "upstream.attempts": 1})
    began = time.monotonic()
    answer = gateway.get(batch(["fine-1", "hang-1", "missing-1", "fine-2"]))
    assert 0.9 < time.monotonic() - began < 3
    assert shown(answer) == [
        ("fine-1", "COMPLETED"), ("hang-1", "upstream-timeout"), ("missing-1", "job-not-found"), ("fine-2", "COMPLETED")]
    assert gateway.access_of(answer)["outcome"] == "failed"


def test_jobs_of_a_batch_are_shared_with_other_requests(serve, upstream):
    gateway = serve({"upstream.timeout": "30s"})
    with gateway.wire() as single, gateway.wire() as several:
        single.send(request("/jobs/slow-1"))
        eventually(lambda: upstream.calls["slow-1"] == 1)
        several.send(request(batch(["slow-2", "slow-1"])))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == 3)
        upstream.gate.set()
        assert single.answer().status == 200
        assert shown(several.answer()) == [("slow-2", "COMPLETED"), ("slow-1", "COMPLETED")]
    assert upstream.calls == {"slow-1": 1, "slow-2": 1}


def test_a_batch_keeps_to_the_budget(serve, upstream):
    gateway = serve({"limits.upstream.rate": "20/s", "limits.upstream.burst": 10, "upstream.timeout": "10s"})
    with gateway.wire(timeout=20) as wire:
        answer = wire.send(request(batch(NAMES[:50]))).answer()
    assert shown(answer) == [(name, "COMPLETED") for name in NAMES[:50]]
    assert upstream.most_calls_within(1.0) <= 31
    assert upstream.calls == dict.fromkeys(NAMES[:50], 1)


def test_another_client_does_not_wait_for_the_whole_batch(serve, upstream):
    """Forty jobs, of which two are asked for at a time: the one of another client has its turn long before the last."""
    gateway = serve({"limits.upstream.concurrency": 2, "upstream.timeout": "30s"})
    with gateway.wire(timeout=30) as wire:
        wire.send(request(batch([f"late-200-{number}" for number in range(40)])))
        eventually(lambda: metric(gateway, "transcribe_gateway_upstream_queue") > 20)
        assert gateway.get("/jobs/fine-other", source="127.0.0.2").status == 200
        before = upstream.calls.total()
        assert {word for _, word in shown(wire.answer())} == {"COMPLETED"}
    assert upstream.calls.total() == 41
    assert before < 30


def test_its_limit_is_all_or_nothing(serve, upstream):
    gateway = serve({"limits.client.rate": "1/m", "limits.client.burst": 10})
    first = gateway.get(batch(["fine-1", "fine-2", "fine-3", "fine-1"]))
    assert first.fields["ratelimit"].startswith('"client";r=7;')
    refused = gateway.get(batch(NAMES[:8]))
    assert_problem(refused, 429)
    assert refused.fields["ratelimit"].startswith('"client";r=7;')
    too_many = gateway.get(batch(NAMES[:11]))
    assert "names 11 jobs, and this gateway takes 10 at once" in assert_problem(too_many, 400, "invalid-query")["detail"]
    assert too_many.fields["ratelimit"].startswith('"client";r=6;')
    assert shown(gateway.get(batch(NAMES[:6]))) == [(name, "COMPLETED") for name in NAMES[:6]]
    assert upstream.calls == dict.fromkeys(NAMES[:6], 1)


@pytest.mark.parametrize("query, code, words", [
    ("", "invalid-query", "names no job"), ("?name=", "invalid-job-name", "is empty"),
    ("?name=a,b&name=c%2Fd", "invalid-job-name", "Name 3 of 3 is not valid. Character 2 of the job name is '/'"),
    ("?name=" + "a," * 100 + "a", "invalid-query", "has 101 names, and may have 100"),
    ("?name=a&nom=b", "invalid-query", "nothing else"), ("?name=a&view=full&fields=name", "invalid-query", "once"),
    ("?name=" + "," * 8_180, "invalid-query", "has 8181 names"),
    ("?" + "name=a&" * 1_160 + "name=a", "invalid-query", "has 1161 names"),
])
def test_a_query_that_is_refused_asks_aws_for_nothing(silent, query, code, words):
    assert words in assert_problem(silent.get(f"/jobs{query}"), 400, code)["detail"]
    head = silent.get(f"/jobs{query}", method="HEAD")
    assert (head.status, head.body) == (400, b"")


def test_head_is_answered_as_get_without_the_content(gateway, upstream):
    head, get = (gateway.get(batch(["fine-1", "missing-1"]), method=method) for method in ("HEAD", "GET"))
    assert (head.status, head.body) == (200, b"")
    assert int(head.fields["content-length"]) == len(get.body)
    assert upstream.calls == {"fine-1": 1, "missing-1": 1}
    assert gateway.access_of(head)["http.response.body.size"] == 0


def test_the_form_leads_to_the_page_of_the_job(gateway, upstream):
    answer = gateway.get("/jobs?name=+fine-1%09", "Accept: text/html,*/*;q=0.8")
    assert (answer.status, answer.fields["location"]) == (303, "/jobs/fine-1")
    assert not upstream.calls
    assert "<h1>fine-1</h1>" in gateway.get("/jobs/fine-1", "Accept: text/html").body.decode()
    assert shown(gateway.get("/jobs?name=+fine-1%09")) == [("fine-1", "COMPLETED")]


def test_at_a_stop_what_is_there_is_answered(serve, upstream):
    gateway = serve({"drain.timeout": "500ms", "upstream.timeout": "30s"})
    with gateway.wire() as wire:
        wire.send(request(batch(["fine-1", "slow-1"])))
        eventually(lambda: upstream.calls.total() == 2 and metric(gateway, "transcribe_gateway_waiting_requests") == 1)
        gateway.signal()
        answer = wire.answer()
        assert shown(answer) == [("fine-1", "COMPLETED"), ("slow-1", "stopping")]
        assert answer.fields["connection"] == "close"
    assert gateway.end() == 0
