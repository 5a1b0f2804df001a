"""Many watched jobs take one call for the list of running jobs, where AWS permits that."""

import pytest

from aws_error_texts import summary
from metrics import metric
from timeouts import eventually
from watchers import Watchers

COUNT = 6
NAMES = [f"running-{number}" for number in range(COUNT)]
SETTINGS = {"watch.list": "auto", "cache.ttl.running": "400ms", "watch.maxWait": "5m", "limits.list.rate": 0}


@pytest.fixture
def watch(serve):
    """Starts a gateway with one watcher for each job, and gives it back."""
    watchers = []

    def watch(settings=None):
        gateway = serve(SETTINGS | (settings or {}))
        watchers.extend(Watchers(gateway.port, 1, f"/jobs/{name}/events") for name in NAMES)
        eventually(lambda: metric(gateway, "transcribe_gateway_watched_jobs") == COUNT)
        return gateway

    yield watch
    for each in watchers:
        each.leave()


def calls(upstream):
    return sum(upstream.calls.values())


def test_the_list_follows_them(watch, upstream):
    upstream.listed = [summary(name) for name in NAMES] + [summary(f"other-{number}") for number in range(90)]
    gateway = watch()
    before = calls(upstream)
    eventually(lambda: metric(gateway, "transcribe_gateway_watch_list_confirmed_jobs_total") >= 5 * COUNT, within=30)
    assert calls(upstream) == before == COUNT
    pages = metric(gateway, "transcribe_gateway_watch_list_pages_total", result="succeeded")
    assert 5 <= pages == upstream.lists <= 7
    assert gateway.get(f"/jobs/{NAMES[0]}").fields["cache-status"].startswith("transcribe-gateway; hit")


def test_the_end_of_a_job_is_seen_when_it_leaves_the_list(watch, upstream):
    upstream.listed = [summary(name) for name in NAMES]
    gateway = watch()
    eventually(lambda: metric(gateway, "transcribe_gateway_watch_list_confirmed_jobs_total") >= COUNT, within=30)
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
