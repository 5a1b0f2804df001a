"""Many followed jobs take one call for the list of running jobs, where AWS permits that."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from aws_error_texts import summary
from metrics import metric
from resources import processor_time, resources
from timeouts import eventually
from watchers import Watchers

COUNT = 6
NAMES = [f"running-{number}" for number in range(COUNT)]
SETTINGS = {
    "cache.ttl.running": "400ms", "watch.maxWait": "5m", "limits.list.rate": 0, "limits.upstream.rate": 0,
    "limits.client.rate": 0, "watch.perClient": 2000,
}

ROOM = {"listen.connections": 11_000, "listen.perAddress": 0, "watch.limit": 10_000, "watch.perClient": 10_000}


@pytest.fixture
def watch(serve):
    """Starts a gateway with one watcher for each job, and gives it back."""
    watchers = []

    def watch(settings=None, count=COUNT):
        gateway = serve(SETTINGS | (settings or {}))
        watchers.append(Watchers(gateway.port, count, "/jobs/running-{}/events"))
        eventually(lambda: metric(gateway, "transcribe_gateway_watched_jobs") == count, within=20)
        return gateway

    yield watch
    for each in watchers:
        each.leave()


def confirmed(gateway):
    return metric(gateway, "transcribe_gateway_watch_list_confirmed_jobs_total")


def calls(upstream):
    return sum(upstream.calls.values())


def test_the_list_follows_them(watch, upstream):
    upstream.listed = [summary(name) for name in NAMES] + [summary(f"other-{number}") for number in range(90)]
    gateway = watch()
    before = calls(upstream)
    eventually(lambda: confirmed(gateway) >= 5 * COUNT, within=30)
    assert calls(upstream) == before == COUNT
    pages = metric(gateway, "transcribe_gateway_watch_list_pages_total", result="succeeded")
    assert 5 <= pages == upstream.lists <= 7
    assert gateway.get(f"/jobs/{NAMES[0]}").fields["cache-status"].startswith("transcribe-gateway; hit")


def test_the_end_of_a_job_is_seen_when_it_leaves_the_list(watch, upstream):
    upstream.listed = [summary(name) for name in NAMES]
    gateway = watch()
    eventually(lambda: confirmed(gateway) >= COUNT, within=30)
    before = upstream.calls[NAMES[2]]
    upstream.behaviour = "fine"
    upstream.listed = [summary(name) for name in NAMES if name != NAMES[2]]
    eventually(lambda: metric(gateway, "transcribe_gateway_watched_jobs") == COUNT - 1, within=10)
    assert upstream.calls[NAMES[2]] == before + 1
    assert calls(upstream) == COUNT + 1


@pytest.mark.parametrize("behaviour", ["denied", "denied403"])
def test_jobs_are_looked_up_where_the_list_is_denied(watch, upstream, behaviour):
    upstream.list_behaviour = behaviour
    gateway = watch()
    eventually(lambda: calls(upstream) >= 4 * COUNT, within=30)
    assert upstream.lists == 1
    lines = [line for line in gateway.log if "transcribe:ListMedicalTranscriptionJobs" in line["message"]]
    assert len(lines) == 1
    assert metric(gateway, "transcribe_gateway_watch_list_pages_total", result="access_denied") == 1


def test_no_list_is_asked_for_where_it_is_off(watch, upstream):
    upstream.listed = [summary(name) for name in NAMES]
    watch({"watch.list": "off"})
    eventually(lambda: calls(upstream) >= 3 * COUNT, within=30)
    assert upstream.lists == 0


@pytest.mark.parametrize("count, pages", [(101, 2), (1_001, 11)])
def test_many_jobs_are_followed_in_pages(watch, upstream, count, pages):
    upstream.listed = [summary(f"running-{number}", CreationTime=1795500524 + number) for number in range(count)]
    gateway = watch({"cache.ttl.running": "1s"}, count)
    eventually(lambda: confirmed(gateway) >= 2 * count, within=30)
    assert calls(upstream) == count
    assert upstream.lists % pages == 0 and upstream.lists <= 4 * pages


def test_polled_jobs_are_followed(serve, upstream):
    """Clients that come when they are told to: after two look-ups of a job the list follows it."""
    upstream.listed = [summary(name) for name in NAMES]
    gateway = serve(SETTINGS | {"cache.ttl.running": "500ms"})
    end = time.monotonic() + 20

    def poll(name):
        while time.monotonic() < end:
            answer = gateway.get(f"/jobs/{name}")
            assert (answer.status, answer.json["status"]) == (200, "IN_PROGRESS")
            time.sleep(int(answer.fields["retry-after"]))

    pollers = [threading.Thread(target=poll, args=[name]) for name in NAMES]
    for poller in pollers:
        poller.start()
    for poller in pollers:
        poller.join(40)
    assert confirmed(gateway) >= 5 * COUNT
    assert calls(upstream) <= 3 * COUNT, "without the list they are some six for each"
    assert upstream.lists <= 15


@pytest.mark.parametrize("behaviour", ["throttled", "500", "hang", "notjson"])
def test_a_list_that_fails_keeps_no_job_from_being_looked_up(watch, upstream, behaviour):
    upstream.list_behaviour = behaviour
    gateway = watch({"upstream.timeout": "2s", "upstream.attempts": 1})
    eventually(lambda: calls(upstream) >= 4 * COUNT, within=30)
    assert upstream.lists <= 3
    assert metric(gateway, "transcribe_gateway_upstream_breaker", state="closed") == 1
    assert gateway.get(f"/jobs/{NAMES[0]}").status == 200


def test_a_job_that_is_deleted_ends_for_its_watchers(watch, upstream):
    upstream.listed = [summary(name) for name in NAMES]
    gateway = watch()
    eventually(lambda: confirmed(gateway) >= COUNT, within=30)
    upstream.behaviour = "missing"
    upstream.listed = []
    eventually(lambda: metric(gateway, "transcribe_gateway_watched_jobs") == 0, within=10)
    assert calls(upstream) == 2 * COUNT
    assert gateway.get(f"/jobs/{NAMES[0]}").status == 404


def test_a_job_that_was_started_again_is_looked_up(watch, upstream):
    """The list shows another start under the same name."""
    upstream.listed = [summary(name) for name in NAMES]
    gateway = watch()
    eventually(lambda: confirmed(gateway) >= COUNT, within=30)
    before = upstream.calls[NAMES[1]]
    upstream.listed = [summary(name, **({"StartTime": 1795500600} if name == NAMES[1] else {})) for name in NAMES]
    eventually(lambda: upstream.calls[NAMES[1]] > before, within=10)


def test_what_the_list_says_is_no_answer(watch, upstream):
    """A name that only the list has is looked up when it is asked for, and appears nowhere before."""
    upstream.listed = [summary(name) for name in [*NAMES, "fine-1"]]
    gateway = watch()
    eventually(lambda: confirmed(gateway) >= COUNT, within=30)
    assert metric(gateway, "transcribe_gateway_cache_entries") == COUNT
    answer = gateway.get("/jobs/fine-1")
    assert answer.json["status"] == "COMPLETED" and answer.fields["cache-status"].endswith("fwd=miss; stored")


@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="skipped: set LONG_TESTS=1")
def test_ten_thousand_jobs(serve, upstream):
    """Calls a second, processor time and memory, with the list and without; each job is fresh for 30 s."""
    count, seconds = 10_000, 60
    upstream.listed = [summary(f"running-{number}") for number in range(count)]
    figures = {}
    for name, settings in {
        "without": {"watch.list": "off"}, "with": {"limits.list.rate": "5/s"},
        "with trust of 10 min": {"limits.list.rate": "5/s", "watch.listTrust": "10m"},
    }.items():
        gateway = serve(SETTINGS | ROOM | {"cache.ttl.running": "5s", "upstream.timeout": "60s"} | settings)
        # So many first look-ups at once would be refused.
        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(lambda number: gateway.get(f"/jobs/running-{number}").status, range(count))) == {200}
        with Watchers(gateway.port, count, "/jobs/running-{}/events"):
            eventually(lambda: metric(gateway, "transcribe_gateway_watched_jobs") == count, within=60)
            time.sleep(30)
            pid = gateway.process.pid
            before = (calls(upstream), upstream.lists, processor_time(pid))
            time.sleep(seconds)
            after = (calls(upstream), upstream.lists, processor_time(pid))
            look_ups, pages, processor = [(new - old) / seconds for new, old in zip(after, before)]
            print(f"{name}: {look_ups:.1f} look-ups and {pages:.2f} pages a second, {processor:.3f} of a core, "
                  f"{resources(pid).resident >> 20} MiB")
            figures[name] = look_ups
        gateway.stop()
    assert figures["with trust of 10 min"] < figures["with"] < figures["without"]
