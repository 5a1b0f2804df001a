"""What a machine may run short of: descriptors, memory, processor time; and a clock that jumps."""

import contextlib
import multiprocessing
import os
import shutil
import struct
import subprocess
import time
from pathlib import Path

import pytest

from conftest import UNLIMITED
from gateway import arguments_for, run, upstream_at
from metrics import metric
from problems import assert_problem
from resources import resources
from timeouts import eventually
from wire import request

HOUR = 3600


def with_descriptors(count):
    return ["prlimit", f"--nofile={count}:{count}"]


# Descriptors

def test_too_few_descriptors_are_told_before_anything_listens():
    began = time.monotonic()
    result = run("serve", *arguments_for({"listen.port": 0, "admin.port": 0, "listen.connections": 1000}),
                 environment=upstream_at(1), prefix=with_descriptors(256))
    assert result.returncode == 78 and "listen.connections is 1000" in result.stderr
    assert time.monotonic() - began < 5


def test_more_clients_than_descriptors_wait_and_cost_nothing(start, upstream):
    settings = UNLIMITED | {"listen.requestTimeout": "2s"}
    gateway = start("serve", settings, upstream_at(upstream.port), with_descriptors(256))
    assert int(gateway.wait_for_line(level="notice")["connections"]) < 256
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(gateway.wire())
        spent = gateway.cpu_seconds
        time.sleep(1)
        assert gateway.cpu_seconds - spent < 0.2
        assert gateway.ask_admin("/livez").status == 200
        assert sum(line["level"] in ("warning", "error") for line in gateway.log) <= 5
    eventually(lambda: answers(gateway), within=5)


def test_a_stop_without_a_free_descriptor_ends(serve):
    """Connections that the kernel has accepted wait for a place, and the stop has no descriptor for them."""
    gateway = serve({"listen.connections": 16, "listen.perAddress": 0, "upstream.timeout": "30s", "drain.timeout": "500ms"})
    with contextlib.ExitStack() as stack:
        for _ in range(36):
            stack.enter_context(gateway.wire()).send(request("/jobs/hang-1"))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == 16)
        gateway.allow_more_descriptors(0)
        gateway.signal()
        assert gateway.end(within=15) == 0
    assert any("no descriptor is left" in line["message"] for line in gateway.log)


def answers(gateway):
    try:
        return gateway.get("/jobs/fine-1").status == 200
    except (OSError, EOFError):
        return False


# Memory

@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="fills the cache several times: LONG_TESTS=1")
def test_large_jobs_take_no_more_memory_than_the_cache_may(serve, upstream):
    """Several times as many as fit."""
    gateway = serve({"cache.capacity": "8MiB"})
    upstream.behaviour = "large"
    fill(gateway, range(50))
    before = resources(gateway.process.pid).resident
    fill(gateway, range(50, 500))
    assert resources(gateway.process.pid).resident - before < 32 << 20
    upstream.answer_normally()
    assert gateway.get("/jobs/fine-1").status == 200


def fill(gateway, numbers):
    for number in numbers:
        assert gateway.get(f"/jobs/large-{number}").status == 200


# The processor

@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="takes the whole machine for a while: LONG_TESTS=1")
def test_a_machine_that_is_busy_keeps_its_time(serve, upstream):
    gateway = serve({"upstream.timeout": "1s"})
    with busy(2 * os.cpu_count()):
        began = time.monotonic()
        assert_problem(gateway.get("/jobs/hang-1"), 504, "upstream-timeout")
        assert time.monotonic() - began < 2
        for number in range(50):
            assert gateway.get(f"/jobs/fine-{number % 5}").status == 200
            assert gateway.ask_admin("/livez").status == 200


@contextlib.contextmanager
def busy(count):
    processes = [multiprocessing.Process(target=spin, daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    yield
    for process in processes:
        process.terminate()
        process.join()


def spin():
    while True:
        pass


# The clock

class WallClock:
    """The time of day of a process: `move` lets it jump while the process runs."""

    def __init__(self, folder):
        compiler = shutil.which("cc") or shutil.which("clang")
        if compiler is None:
            pytest.skip("no C compiler")
        self.file, library = folder / "offset", folder / "wall_clock.so"
        source = Path(__file__).with_name("wall_clock.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
        self.move(0)
        self.environment = {"LD_PRELOAD": str(library), "WALL_CLOCK": str(self.file)}

    def move(self, seconds):
        """In place: the process has the file mapped."""
        with open(self.file, "r+b" if self.file.exists() else "wb") as file:
            file.write(struct.pack("l", seconds))


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forwards", "backwards"])
def test_a_clock_that_jumps_ends_no_lifetime(start, upstream, tmp_path, jump):
    """Lifetimes count on a clock that does not jump, and signatures by AWS's time once an answer has told it."""
    clock = WallClock(tmp_path)
    settings = UNLIMITED | {"cache.ttl.finished": "1m", "upstream.timeout": "1s", "log.level": "info"}
    gateway = start("serve", settings, upstream_at(upstream.port) | clock.environment)
    assert [gateway.get(f"/jobs/fine-{number}").status for number in range(3)] == [200] * 3
    clock.move(jump)
    hits = [gateway.get(f"/jobs/fine-{number}") for number in range(3)]
    assert [hit.fields["cache-status"].split("=")[0] for hit in hits] == ["transcribe-gateway; hit; ttl"] * 3
    assert all(int(hit.fields["age"]) < 5 for hit in hits)
    assert gateway.get("/jobs/fine-new").status == 200 and upstream.calls["fine-new"] == 1
    began = time.monotonic()
    assert_problem(gateway.get("/jobs/hang-1"), 504, "upstream-timeout")
    assert time.monotonic() - began < 5
