"""What the gateway takes before its first request."""

import contextlib
import os
import re
import statistics
import subprocess
import tempfile
import time
import urllib.request

from servers import free_port, gateway_command, running, server_cores


def table(binary, rounds):
    starts, resident = zip(*(start(binary) for _ in range(rounds)))
    return "\n".join([
        "| the gateway itself | |", "|---|--:|",
        f"| from exec to the first 200 of `/livez` | {statistics.median(starts):.0f} ms "
        f"({min(starts):.0f} to {max(starts):.0f}) |",
        f"| resident while idle | {statistics.median(resident):.1f} MB |",
        f"| program with Swift's runtime in it, stripped | {stripped_size(binary) / 1e6:.1f} MB |",
    ])


def start(binary):
    """Milliseconds from exec to ready, megabytes resident a second later."""
    port = free_port()
    command, environment = gateway_command(binary, "http://127.0.0.1:1", free_port(), port, 1)
    begin = time.monotonic()
    with running(command, server_cores(1), env=environment) as process:
        wait_until_live(port, begin + 20)
        ready = time.monotonic() - begin
        time.sleep(1)
        return ready * 1000, resident(process.pid)


def wait_until_live(port, deadline):
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=1):
            return
        time.sleep(0.0005)
    raise RuntimeError("the gateway is not live after 20 s")


def resident(process):
    with open(f"/proc/{process}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) * 1024 / 1e6


def stripped_size(binary):
    with tempfile.TemporaryDirectory() as directory:
        copy = f"{directory}/stripped"
        subprocess.run(["strip", "-o", copy, binary], check=True)
        return os.path.getsize(copy)
