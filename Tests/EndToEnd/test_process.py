"""What an operating system does to a process: signals, a log without a reader, an end without a warning."""

import re
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from black_hole import BlackHole
from conftest import UNLIMITED
from gateway import BINARY, Gateway, arguments_for, clean_environment, upstream_at
from timeouts import eventually
from ports import held, is_open
from resources import processor_time
from wire import Wire, request

HARMLESS = [signal.SIGHUP, signal.SIGPIPE, signal.SIGUSR1]
BACK_WITHIN = 1.0


@pytest.mark.parametrize("number", HARMLESS, ids=lambda number: number.name)
def test_a_signal_that_asks_for_nothing_ends_nothing(gateway, number):
    assert gateway.get("/jobs/fine-1").status == 200
    gateway.signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        gateway.process.wait(0.3)
    assert gateway.get("/jobs/fine-1").status == 200


# A shell that allows core dumps and ignores the end of its programs, as far as it may, and becomes the gateway.
CARELESS = ("prlimit", "--core={0}:{0}".format(resource.getrlimit(resource.RLIMIT_CORE)[1]), "env", "--ignore-signal=CHLD")
LESS_THAN_ANY_DUMP = 4_096


def test_a_server_leaves_no_core_dump_and_sees_the_end_of_programs(start, upstream):
    gateway = start("serve", UNLIMITED, upstream_at(upstream.port), prefix=CARELESS)
    assert is_careful(gateway.process.pid)


def test_so_does_a_doctor():
    with BlackHole() as hole:
        environment = upstream_at(1) | {"AWS_ENDPOINT_URL_TRANSCRIBE": hole.url}
        command = [*CARELESS, BINARY, "doctor"]
        with subprocess.Popen(command, env=clean_environment(environment), stdout=subprocess.DEVNULL) as process:
            eventually(lambda: is_careful(process.pid))
            assert process.poll() is None, "it waits for an answer that never comes"
            process.kill()


def is_careful(pid):
    proc = Path(f"/proc/{pid}")
    soft, hard = re.search(r"Max core file size +(\w+) +(\w+)", (proc / "limits").read_text()).groups()
    ignored = int(re.search(r"SigIgn:\s+(\w+)", (proc / "status").read_text())[1], 16)
    may_dump = any(limit == "unlimited" or int(limit) >= LESS_THAN_ANY_DUMP for limit in (soft, hard))
    return not may_dump and not ignored >> signal.SIGCHLD - 1 & 1


def test_one_that_was_killed_is_back_at_once(serve, upstream):
    """On the same port, with connections of the old one still open."""
    killed = Gateway("serve", UNLIMITED, upstream_at(upstream.port))
    with killed.wire() as waiting:
        waiting.send(request("/jobs/slow-1"))
        eventually(lambda: upstream.calls["slow-1"] == 1)
        killed.process.kill()
        assert killed.end() == -signal.SIGKILL
        began = time.monotonic()
        with held(killed.port):
            again = serve({"listen.port": killed.port})
        assert again.ask_admin("/readyz").status == 200
        assert time.monotonic() - began < BACK_WITHIN
        assert again.get("/jobs/fine-1").status == 200


@pytest.fixture
def unread(upstream):
    """Starts a gateway whose output goes where the test says, and stops it."""
    processes = []

    def unread(output):
        with held() as port:
            settings = UNLIMITED | {"listen.port": port, "admin.port": 0, "log.format": "json"}
            processes.append(subprocess.Popen(
                [BINARY, "serve", *arguments_for(settings)], env=clean_environment(upstream_at(upstream.port)),
                stdout=output, stderr=subprocess.DEVNULL))
            eventually(lambda: is_open(port), within=10)
            return processes[-1], port

    yield unread
    for process in processes:
        process.terminate()
        assert process.wait(30) == 0


def test_a_log_without_a_reader_stops_no_request(unread):
    """More lines than a pipe takes."""
    process, port = unread(subprocess.PIPE)
    assert_serves(port, 2_000)
    process.stdout.close()


def test_a_log_whose_reader_is_gone_stops_no_request(unread):
    process, port = unread(subprocess.PIPE)
    process.stdout.close()
    assert_serves(port, 200)


def test_a_full_disk_stops_no_request(unread):
    with open("/dev/full", "wb") as full:
        process, port = unread(full)
        assert_serves(port, 200)
        spent = processor_time(process.pid)
        time.sleep(1)
        assert processor_time(process.pid) - spent < 0.2, "it does not try for ever"


def assert_serves(port, count):
    with Wire(port) as wire:
        assert {wire.send(request("/jobs/fine-1")).answer().status for _ in range(count)} == {200}
