"""Ten times as many misses as AWS's budget allows: hits stay fast, and refusals come at once.

The gateway has one core, the load the other, on which the measuring process has priority over the load generator; the
figures are an optimised build's.
"""

import asyncio
import os
import re
import shutil
import statistics
import subprocess
import time

import pytest

from callers import Flood
from conftest import UNLIMITED
from gateway import upstream_at

RATE, TIMES = 15, 10
ROUNDS, SECONDS = 3, 4
SERVER_CORE, LOAD_CORE = "0", "1"

pytestmark = [
    pytest.mark.skipif(
        "LONG_TESTS" not in os.environ or shutil.which("wrk") is None or os.cpu_count() < 2,
        reason="needs wrk, two cores and an optimised build: LONG_TESTS=1, GATEWAY_BINARY"),
]


@pytest.fixture
def gateway(start, upstream):
    settings = UNLIMITED | {
        "limits.upstream.rate": f"{RATE}/s", "limits.upstream.burst": RATE, "listen.threads": 1, "log.level": "notice",
    }
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    yield start("serve", settings, upstream_at(upstream.port), ["taskset", "-c", SERVER_CORE])
    os.sched_setaffinity(0, range(os.cpu_count()))


def test_hits_go_on_and_refusals_are_quick(gateway):
    assert gateway.get("/jobs/fine-hit").status == 200
    flood, rates = Flood(gateway.port, RATE * TIMES), {False: [], True: []}
    for _ in range(ROUNDS):
        for is_flooded in rates:
            rates[is_flooded].append(asyncio.run(hits(gateway, flood if is_flooded else None)))
    ratio = statistics.median(rates[True]) / statistics.median(rates[False])
    refusals = sorted(flood.refusals)
    slow = refusals[int(0.99 * len(refusals))]
    print(f"{rates}: {ratio:.3f}; {len(refusals)} refusals, 99 % within {slow * 1000:.2f} ms; {flood}")
    assert not flood.others and len(refusals) > RATE * SECONDS
    assert len(flood.answers) >= 0.5 * RATE * SECONDS * ROUNDS, "what AWS gives is still used"
    assert ratio >= 0.9
    # A new connection waits for a turn of the acceptor's thread, which interrupts no other, on the one core that the hits fill.
    assert slow < 0.01


async def hits(gateway, flood):
    """Hits a second, while the flood comes in."""
    load = asyncio.create_subprocess_exec(
        "nice", "-n19", "taskset", "-c", LOAD_CORE, "wrk", "-t1", "-c64", f"-d{SECONDS}s",
        f"http://127.0.0.1:{gateway.port}/jobs/fine-hit", stdout=subprocess.PIPE)
    process = await load
    if flood:
        await flood.come(time.monotonic() + SECONDS)
    output = (await process.communicate())[0].decode()
    assert "Non-2xx" not in output, output
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
