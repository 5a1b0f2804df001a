"""Servers on loopback, pinned to cores and ended when they are not needed any more."""

import contextlib
import glob
import os
import random
import signal
import socket
import subprocess
import time

CORES = sorted(os.sched_getaffinity(0))


def server_cores(threads):
    """One thread has a core of its own; many have half of the machine, or share all of a small one with the load."""
    if threads == 1:
        return CORES[:1]
    return CORES if len(CORES) < 4 else CORES[:len(CORES) // 2]


def load_cores(threads):
    if threads == 1:
        return CORES[1:] or CORES
    return CORES if len(CORES) < 4 else CORES[len(CORES) // 2:]


def all_threads():
    return len(server_cores(2))


def free_port():
    """Below those that the kernel gives to clients: one of them could take the port before the server does."""
    while True:
        with contextlib.suppress(OSError), socket.socket() as probe:
            port = random.randrange(16_384, 32_768)
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def running(command, cores, **options):
    """The command on these cores, asked to end with the block and made to after 20 s."""
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | options
    process = subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, cores), **options)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Server:
    """Where it listens, and the processor time that it and its children have taken."""

    def __init__(self, port, process):
        self.port, self.process = port, process

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def processor_seconds(self):
        return sum(self.ticks(process) for process in descendants(self.process.pid)) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def ticks(process):
        with open(f"/proc/{process}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])


def descendants(process):
    """The process and all below it."""
    found = [process]
    for one in found:
        for children in glob.glob(f"/proc/{one}/task/*/children"):
            with open(children) as file:
                found += [int(word) for word in file.read().split()]
    return found


def wait_for(port, process):
    """Waits until a process accepts connections there."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args[0]} did not start")


def resident(process):
    """Bytes of memory that it has now."""
    with open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


@contextlib.contextmanager
def listening(command, port, cores, **options):
    with running(command, cores, **options) as process:
        wait_for(port, process)
        yield Server(port, process)


def gateway_command(binary, upstream, port, admin_port, threads, more=None):
    """Everything on, with limits that no client reaches."""
    settings = {
        "listen.port": port, "admin.port": admin_port, "listen.threads": threads, "log.format": "json",
        "limits.client.rate": "1000000/s", "limits.client.burst": 1000000,
        "limits.upstream.rate": "10000/s", "limits.upstream.burst": 10000, "limits.upstream.concurrency": 256,
    } | (more or {})
    environment = {
        "PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "nobodysSecret",
        "AWS_ENDPOINT_URL_TRANSCRIBE": upstream,
    }
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    return [binary, "serve", *words], environment


@contextlib.contextmanager
def gateway(binary, upstream, threads, directory, more=None):
    """The gateway, with its access log in a file."""
    port = free_port()
    command, environment = gateway_command(binary, upstream.url(""), port, free_port(), threads, more)
    with open(f"{directory}/access.log", "w") as log:
        with listening(command, port, server_cores(threads), env=environment, stdout=log) as server:
            yield server


@contextlib.contextmanager
def bare(binary, threads, answer, *options):
    port = free_port()
    with listening([binary, str(port), str(threads), answer, *options], port, server_cores(threads)) as server:
        yield server


@contextlib.contextmanager
def upstream(binary):
    """Beside the load: what is measured has its core for itself."""
    port = free_port()
    with listening([binary, str(port)], port, load_cores(1)) as server:
        yield server
