"""Two replicas behind a balancer are restarted one after the other, twice, under 1,000 requests a second.

The figures of deploy/BALANCERS.md are from here: LONG_TESTS=1 pytest -s test_rolling_restart.py
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import balancers
from conftest import UNLIMITED
from gateway import Gateway, upstream_at
from metrics import metric
from ports import held
from timeouts import eventually

RATE, JOBS = 1_000, 300
REPEATS_NOTHING = ("  option redispatch\n  retries 2\n  retry-on conn-failure empty-response\n", "  retries 0\n")

pytestmark = pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="skipped: takes a minute")


class Replica:
    """A gateway on a port that stays its own while it is restarted."""

    def __init__(self, stack, environment, delay):
        self.port = stack.enter_context(held())
        self.settings = UNLIMITED | {"listen.port": self.port, "drain.delay": delay, "log.level": "notice",
                                     "clients.trustedProxies": "127.0.0.1"}
        self.environment = environment
        self.gateway = Gateway("serve", self.settings, environment)
        stack.callback(lambda: self.gateway.stop())

    def restart(self):
        assert self.gateway.stop() == 0
        self.gateway = Gateway("serve", self.settings, self.environment)


    def is_used(self):
        """Whether the balancer has sent a request here since the start."""
        return metric(self.gateway, "transcribe_gateway_requests_total", status="200") > 0


@contextlib.contextmanager
def load(port):
    """Asks until the end of the block, then gives what came of it."""
    program = Path(__file__).with_name("steady_load.py")
    process = subprocess.Popen([sys.executable, program, str(port), str(RATE), str(JOBS)], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    result = {}
    began = time.monotonic()
    yield result
    seconds = time.monotonic() - began
    output, _ = process.communicate(timeout=60)
    result.update(json.loads(output), seconds=seconds)


def restarts(upstream, directory, name, delay, change=("", "")):
    """Restarts both replicas twice behind the balancer, whose configuration is the page's with this change.

    Returns how many requests failed.
    """
    with contextlib.ExitStack() as stack:
        replicas = [Replica(stack, upstream_at(upstream.port), delay) for _ in range(2)]
        port = stack.enter_context(held())
        path = balancers.configuration(name, directory, port, [replica.port for replica in replicas])
        assert change[0] in path.read_text()
        path.write_text(path.read_text().replace(*change))
        stack.enter_context(balancers.running(name, path, port))
        with load(port) as result:
            for replica in replicas * 2:
                eventually(lambda: all(replica.is_used() for replica in replicas), within=20, every=0.1)
                replica.restart()
            eventually(lambda: all(replica.is_used() for replica in replicas), within=20, every=0.1)
    failed = result["sent"] - result["outcomes"]["200"]
    print(f"\n{name}, drain.delay {delay}: {result['sent']:,} requests in {result['seconds']:.1f} s, {failed} failed "
          f"{result['outcomes']}")
    assert result["sent"] > 0.9 * RATE * result["seconds"]
    return failed


@pytest.mark.parametrize("delay, loses", [("0s", True), ("2s", False), ("5s", False)])
def test_a_delay_is_enough_where_nothing_is_repeated(upstream, tmp_path, delay, loses):
    assert (restarts(upstream, tmp_path, "haproxy", delay, REPEATS_NOTHING) > 0) == loses


@pytest.mark.parametrize("name, delay", [("nginx", "0s"), ("haproxy", "5s"), ("envoy", "5s")])
def test_the_page_as_it_stands(upstream, tmp_path, name, delay):
    assert restarts(upstream, tmp_path, name, delay) == 0
