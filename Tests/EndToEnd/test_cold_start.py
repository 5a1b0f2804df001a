"""A gateway that has just started, and clients that follow a job each and all come at once."""

import contextlib
import time

import pytest

from cold_start import Follower, follow, summary
from gateway import upstream_at
from metrics import metric
from timeouts import eventually
from wire import request

# Two seconds of this budget have a turn at once, and all of the jobs take six.
SETTINGS = {"limits.client.rate": 0, "limits.upstream.rate": "50/s", "limits.upstream.burst": 50, "upstream.timeout": "2s"}
COUNT = 300
WATCHERS = "transcribe_gateway_watchers"

pytestmark = pytest.mark.alone


@pytest.fixture
def gateway(start, upstream):
    return start("serve", SETTINGS, upstream_at(upstream.port))


@pytest.mark.parametrize("from_one", [True, False])
def test_a_client_that_obeys_retry_after_is_refused_once(gateway, from_one):
    followers = [Follower(source(0 if from_one else number), f"/jobs/running-{number}") for number in range(COUNT)]
    others = [(number / 4, Follower("127.0.0.99", f"/jobs/fine-{number}")) for number in range(1, 12)]
    follow(gateway.port, followers, others)
    found, seen = summary(followers), summary([follower for _, follower in others])
    print(found, seen)
    assert not found["others"] and not seen["others"]
    # A timer that is late moves a turn, and a late client may meet those of the next second.
    assert found["refused once"] < 0.75 * COUNT and found["refusals"] <= 1.1 * found["refused once"]
    assert found["last"] < 12
    if from_one:
        assert seen["refusals"] == 0 and seen["last"] < 1


@pytest.mark.parametrize("target", ["/jobs/fine-{}?wait=20", "/jobs/running-{}/events"])
def test_a_client_that_watches_waits_for_its_turn(gateway, target):
    followers = [Follower(source(number), target.format(number)) for number in range(COUNT)]
    follow(gateway.port, followers)
    found = summary(followers)
    print(found)
    assert not found["others"] and found["refusals"] == 0
    assert found["last"] < 15


def test_a_wait_that_is_too_short_for_its_turn_is_refused_at_once(gateway):
    followers = [Follower(source(number), f"/jobs/fine-{number}?wait=1") for number in range(COUNT)]
    follow(gateway.port, followers)
    assert 0 < summary(followers)["refused once"] < 0.75 * COUNT


def test_no_call_is_made_for_clients_that_have_left(start, upstream):
    gateway = start(
        "serve", SETTINGS | {"limits.upstream.rate": "5/s", "limits.upstream.burst": 1}, upstream_at(upstream.port))
    with contextlib.ExitStack() as stack:
        for number in range(40):
            stack.enter_context(gateway.wire()).send(request(f"/jobs/gone-{number}?wait=40"))
        eventually(lambda: metric(gateway, WATCHERS) >= 20)
    # As many as have their turn now get it all the same.
    eventually(lambda: sum(line["outcome"] == "left" for line in gateway.accesses) >= 20)
    before = len(upstream.calls)
    eventually(lambda: metric(gateway, WATCHERS) == 0, within=30)
    assert len(upstream.calls) - before <= 12


def test_a_stop_does_not_wait_for_a_turn(start, upstream):
    gateway = start(
        "serve", SETTINGS | {"limits.upstream.rate": "1/s", "limits.upstream.burst": 1, "drain.timeout": "30s"},
        upstream_at(upstream.port))
    with contextlib.ExitStack() as stack:
        for number in range(20):
            target = f"/jobs/fine-{number}" + ("?wait=40" if number % 2 else "/events")
            stack.enter_context(gateway.wire(timeout=30)).send(request(target))
        eventually(lambda: metric(gateway, WATCHERS) >= 12)
        begin = time.monotonic()
        assert gateway.stop() == 0
    # The last turns are 20 s away; a look-up that has begun ends within two.
    assert time.monotonic() - begin < 12


def test_a_client_has_so_many_waits_for_a_turn_as_it_may_watch(start, upstream):
    gateway = start(
        "serve", SETTINGS | {"limits.upstream.rate": "1/s", "limits.upstream.burst": 1, "watch.perClient": 3},
        upstream_at(upstream.port))
    with contextlib.ExitStack() as stack:
        for number in range(20):
            stack.enter_context(gateway.wire()).send(request(f"/jobs/fine-{number}?wait=40"))
        eventually(lambda: sum(line.get("problem") == "upstream-budget" for line in gateway.accesses) >= 12)
        assert metric(gateway, WATCHERS) <= 3


def source(number):
    return f"127.0.{1 + number // 200}.{1 + number % 200}"
