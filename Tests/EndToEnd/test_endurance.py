"""A thousand faults, of the upstream and of clients, leave no connection, descriptor, thread or memory behind."""

import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from fault_rows import RECOVERED, ROWS
from metrics import metric
from timeouts import eventually
from resources import resources
from wire import request

ROUNDS = int(os.environ.get("FAULT_ROUNDS", 1_000))
TOGETHER = 4
SERIES = 10
GROWTH = 4 << 20
BRIEF = {
    "upstream.timeout": "250ms", "upstream.connectTimeout": "150ms", "upstream.attempts": 2,
    "listen.requestTimeout": "1s", "cache.ttl.finished": "100ms", "cache.ttl.missing": "100ms",
}


def ask(gateway, target):
    return gateway.get(target)


def leave(gateway, target):
    """Resets the connection while the look-up is under way."""
    with gateway.wire() as wire:
        wire.send(request(target)).reset()


def leave_within_the_head(gateway, target):
    with gateway.wire() as wire:
        wire.send(request(target)[:-3])


def send_no_more(gateway, target):
    with gateway.wire() as wire:
        wire.send(request(target)).half_close().answer()


def ask_for_three_and_leave(gateway, target):
    with gateway.wire() as wire:
        wire.send(request(target) * 3).answer()


def break_the_framing(gateway, target):
    with gateway.wire() as wire:
        wire.send(request(target, "X-Spaced : a")).answer()


CLIENTS = [ask, ask, leave, leave_within_the_head, send_no_more, ask_for_three_and_leave, break_the_framing]
JOBS = [row.job for row in ROWS if not row.upstream]


@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="a thousand faults take a while: LONG_TESTS=1")
def test_a_thousand_faults_leave_nothing_behind(serve, upstream):
    gateway = serve(BRIEF)
    turns = random.Random(1)
    rounds = [(turns.choice(CLIENTS), f"/jobs/{turns.choice(JOBS)}", turns.randrange(40)) for _ in range(ROUNDS)]
    warm = rounds[:ROUNDS // SERIES]
    play(gateway, warm)
    before = at_rest(gateway)
    held = []
    for start in range(0, ROUNDS, ROUNDS // SERIES):
        play(gateway, rounds[start:start + ROUNDS // SERIES])
        held.append(at_rest(gateway))
    print(before, *held, sep="\n")
    # How many connections to the upstream stay open for the next look-up differs by a few.
    assert min(moment.descriptors for moment in held[-3:]) <= before.descriptors + TOGETHER
    assert held[-1].threads <= before.threads + TOGETHER
    late, middle = held[-1].resident, held[SERIES // 2 - 1].resident
    assert late - middle <= GROWTH, "memory still grows in the second half"


def play(gateway, rounds):
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(lambda turn: play_one(gateway, *turn), rounds))


def play_one(gateway, client, target, number):
    """One fault, and normal service after it."""
    client(gateway, target)
    eventually(lambda: gateway.get(f"/jobs/fine-{number}").status == 200, within=RECOVERED)


def at_rest(gateway):
    """What the gateway holds once no request waits and no client is connected."""
    for gauge in ("waiting_requests", "upstream_in_flight", "connections"):
        eventually(lambda: metric(gateway, f"transcribe_gateway_{gauge}") == 0)
    return resources(gateway.process.pid)
