"""While Amazon Transcribe is down, every job that was seen before is still answered, and marked as stale."""

import threading
import time

import pytest

from fault_rows import RECOVERED
from metrics import metric
from timeouts import eventually
from problems import assert_problem
from wire import request

JOBS = [f"fine-{number}" for number in range(20)]
OUTAGE = 4.0
RATE, BURST = 40, 5
SETTINGS = {
    "cache.ttl.running": "200ms", "cache.ttl.missing": "200ms",
    "cache.staleWhileRevalidate": "0s", "cache.staleIfError": "60s",
    "upstream.timeout": "600ms", "upstream.connectTimeout": "300ms",
    "limits.upstream.rate": f"{RATE}/s", "limits.upstream.burst": BURST,
}
STALE = "transcribe-gateway; fwd=stale; fwd-status=503; detail=stale-if-error"
AILMENTS = ["html503", "503", "500", "hang", "resetbefore", "truncated", "notjson", "throttled"]


@pytest.fixture
def seen(serve, upstream):
    """Starts a gateway that has seen every job, and whose copies are no longer fresh."""
    def seen(settings=None, fresh_for=0.2):
        lifetime = {"cache.ttl.finished": f"{fresh_for * 1000:.0f}ms"}
        gateway = serve(SETTINGS | lifetime | (settings or {}))
        for job in JOBS:
            eventually(lambda: gateway.get(f"/jobs/{job}").status == 200)
        time.sleep(fresh_for + 0.05)
        return gateway
    return seen


def assert_stale(answer, job):
    assert answer.status == 200 and answer.json["name"] == job, answer
    assert answer.fields["cache-status"].startswith("transcribe-gateway; fwd=stale")
    assert answer.fields["cache-status"].endswith("detail=stale-if-error")
    assert answer.fields["etag"] and answer.fields["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("behaviour", AILMENTS)
def test_what_was_seen_is_served_whatever_ails(seen, upstream, behaviour):
    gateway = seen()
    upstream.behaviour = behaviour
    for job in JOBS[:3]:
        assert_stale(gateway.get(f"/jobs/{job}"), job)


def test_a_stale_answer_says_so_in_the_words_of_rfc_9211(seen, upstream):
    gateway = seen({"upstream.attempts": 1})
    upstream.behaviour = "503"
    answer = gateway.get(f"/jobs/{JOBS[0]}")
    assert answer.fields["cache-status"] == STALE
    again = gateway.get(f"/jobs/{JOBS[0]}", f"If-None-Match: {answer.fields['etag']}")
    assert (again.status, again.fields["etag"]) == (304, answer.fields["etag"])


def test_what_is_being_refreshed_is_a_hit_beyond_its_time(seen, upstream):
    """The background refresh fails, and no request waits for it."""
    gateway = seen({"cache.staleWhileRevalidate": "30s", "upstream.timeout": "10s"})
    upstream.behaviour = "hang"
    for job in JOBS:
        began = time.monotonic()
        answer = gateway.get(f"/jobs/{job}")
        assert answer.status == 200 and time.monotonic() - began < 2
        assert answer.fields["cache-status"].startswith("transcribe-gateway; hit; ttl=-") or "ttl=0" in str(answer)


def test_a_job_never_seen_is_a_failure(seen, upstream):
    gateway = seen()
    upstream.behaviour = "503"
    assert gateway.get("/jobs/fine-new").status in (502, 503)


def test_an_old_copy_has_an_end(seen, upstream):
    gateway = seen({"cache.staleIfError": "1s"})
    upstream.behaviour = "503"
    assert_stale(gateway.get(f"/jobs/{JOBS[0]}"), JOBS[0])
    eventually(lambda: gateway.get(f"/jobs/{JOBS[0]}").status in (502, 503), within=3)


def test_a_revoked_role_stops_seeing_data(seen, upstream):
    """Also where the next failure would be a reason to serve the old copy."""
    gateway = seen()
    upstream.behaviour = "denied"
    assert_problem(gateway.get(f"/jobs/{JOBS[0]}"), 502, "access-denied")
    upstream.behaviour = "503"
    assert gateway.get(f"/jobs/{JOBS[0]}").status in (502, 503)
    upstream.answer_normally()
    eventually(lambda: gateway.get(f"/jobs/{JOBS[0]}").status == 200, within=RECOVERED)


def test_a_job_that_is_gone_is_gone_though_it_was_seen(seen, upstream):
    gateway = seen()
    upstream.behaviour = "missing"
    assert_problem(gateway.get(f"/jobs/{JOBS[0]}"), 404, "job-not-found")
    upstream.behaviour = "503"
    assert gateway.get(f"/jobs/{JOBS[0]}").status != 200


def test_an_outage_costs_no_answer_and_ends_without_a_burst(seen, upstream):
    """The budget would do to keep every copy fresh, were it not for the outage."""
    gateway = seen(fresh_for=1)
    upstream.behaviour = "hang"
    clients = [Client(gateway, number) for number in range(8)]
    for client in clients:
        client.start()
    time.sleep(OUTAGE)
    upstream.answer_normally()
    eventually(lambda: all(is_fresh(gateway, job) for job in JOBS), within=RECOVERED)
    for client in clients:
        client.end()
    assert [client.lost for client in clients] == [[]] * len(clients)
    assert min(client.answers for client in clients) >= OUTAGE / 0.6 / 2, "no request waits longer than for one look-up"
    assert upstream.most_calls_within(1.0) <= RATE + BURST
    assert metric(gateway, "transcribe_gateway_waiting_requests") == 0


def test_the_end_of_an_outage_is_noticed_however_long_running_jobs_are_fresh(seen, upstream):
    gateway = seen({"cache.ttl.running": "1m"})
    upstream.behaviour = "503"
    for job in JOBS[:3]:
        assert_stale(gateway.get(f"/jobs/{job}"), job)
    upstream.answer_normally()
    eventually(lambda: all(is_fresh(gateway, job) for job in JOBS[:3]), within=RECOVERED)


def is_fresh(gateway, job):
    answer = gateway.get(f"/jobs/{job}")
    return answer.status == 200 and "stale" not in answer.fields["cache-status"]


class Client(threading.Thread):
    """Asks for one job that was seen after another."""

    def __init__(self, gateway, number):
        super().__init__(daemon=True)
        self.gateway, self.number = gateway, number
        self.answers, self.lost, self.ended = 0, [], threading.Event()

    def run(self):
        with self.gateway.wire() as wire:
            while not self.ended.is_set():
                answer = wire.send(request(f"/jobs/{JOBS[(self.number + self.answers) % len(JOBS)]}")).answer()
                self.answers += 1
                if answer.status != 200:
                    self.lost.append((self.answers, answer.status, answer.body))

    def end(self):
        self.ended.set()
        self.join(10)
