"""Any number of clients that watch a job cost one call to Amazon Transcribe each time that it is due."""

import os
import time

import pytest

from metrics import metric
from resources import resources
from timeouts import eventually
from watchers import Watchers, p99

COUNT = 10_000 if "LONG_TESTS" in os.environ else 500
MANNERS = {"events": "/jobs/watched-1/events", "wait": "/jobs/watched-1?wait=300"}
ROOM = {"listen.connections": COUNT + 1_000, "listen.perAddress": 0, "watch.limit": COUNT, "watch.perClient": COUNT,
        "watch.maxWait": "5m", "cache.ttl.running": "400ms"}


@pytest.fixture
def watched(serve, upstream):
    upstream.behaviour = "running"
    gateway = serve(ROOM)
    assert gateway.get("/jobs/watched-1").status == 200
    return gateway


def watching(gateway):
    return metric(gateway, "transcribe_gateway_watchers")


@pytest.mark.parametrize("manner", MANNERS)
def test_all_hear_the_end_at_once(watched, upstream, manner):
    before = resources(watched.process.pid).resident
    with Watchers(watched.port, COUNT, MANNERS[manner]) as watchers:
        eventually(lambda: watching(watched) == COUNT, within=30)
        each = (resources(watched.process.pid).resident - before) / COUNT
        calls, began = upstream.calls["watched-1"], time.monotonic()
        eventually(lambda: upstream.calls["watched-1"] >= calls + 4, within=20)
        interval = (time.monotonic() - began) / 4
        upstream.behaviour = "fine"
        times = watchers.wait_for(b'"done":true')
        known = upstream.times[-1]
        latency = p99([at - known for at in times])
        print(f"{COUNT} {manner}: {each:.0f} bytes each, a call every {interval:.2f} s, "
              f"99 % heard within {latency:.3f} s, the last within {times[-1] - known:.3f} s")
        # The job began days ago, so it stays fresh for six times the setting.
        assert 2.1 <= interval <= 3
        assert latency <= 0.5
        assert each <= 20_000
    eventually(lambda: watching(watched) == 0)
    assert metric(watched, "transcribe_gateway_watched_jobs") == 0


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])
def test_nothing_is_left_of_those_that_leave(watched, upstream, manner, reset):
    connections = metric(watched, "transcribe_gateway_connections")
    with Watchers(watched.port, COUNT // 5, MANNERS[manner]) as watchers:
        eventually(lambda: watching(watched) == COUNT // 5, within=30)
        watchers.leave(reset)
        left = time.monotonic()
        eventually(lambda: watching(watched) == 0, within=10)
        eventually(lambda: metric(watched, "transcribe_gateway_connections") <= connections + 1)
        print(f"{COUNT // 5} {manner} were gone after {time.monotonic() - left:.2f} s")
        assert time.monotonic() - left <= 4
    assert metric(watched, "transcribe_gateway_watched_jobs") == 0
    calls = upstream.calls["watched-1"]
    watched.get("/livez")
    eventually(lambda: time.monotonic() - left > 5, within=10)
    assert upstream.calls["watched-1"] == calls
