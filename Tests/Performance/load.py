"""The load generators, on cores that the servers do not use."""

import os
import re
import subprocess
from pathlib import Path

from servers import load_cores

FOLDER = Path(__file__).resolve().parent
JOB = "/jobs/visit-42"
CONNECTIONS = 64


def rate(server, seconds, threads=1):
    """Answers a second to as many connections as ask at once."""
    return per_second(wrk(seconds, threads, CONNECTIONS, [server.url(JOB)]))


def conditional_rate(server, seconds, tag):
    """The same with a condition. wrk waits for the content of a 304 that says how long it would be; h2load does not."""
    command = [
        "h2load", "--h1", "-t1", f"-c{CONNECTIONS}", f"-D{seconds}", "-H", f"If-None-Match: {tag}", server.url(JOB)]
    output = run_on(load_cores(1)[:1], command, seconds).stdout
    status = re.search(r"status codes: 0 2xx, (\d+) 3xx, 0 4xx, 0 5xx", output)
    if not status:
        raise RuntimeError(f"not every answer was a 304:\n{output}")
    return int(status[1]) / seconds


def miss_rate(server, seconds, run):
    """The same, each request for another job; `run` tells the names of this run from all others."""
    return per_second(wrk(seconds, 1, CONNECTIONS, names(server, run)))


def fill(server, count, run):
    """Has so many jobs cached: the names of a run, from 1 on."""
    asked = 0
    while asked < count:
        output = wrk(10, 1, CONNECTIONS, [*names(server, run), str(asked)])
        asked += int(re.search(r"(\d+) requests in", output)[1])


def uniform_rate(server, seconds, run, count):
    """Answers a second where each request is for one of so many jobs of a run."""
    arguments = ["-s", str(FOLDER / "uniform.lua"), server.url("/"), "--", run, str(count)]
    return per_second(wrk(seconds, 1, CONNECTIONS, arguments))


def miss_time(server, seconds, run):
    """Median microseconds of a miss without other requests."""
    output = wrk(seconds, 1, 1, ["--latency", *names(server, run)])
    number, unit = re.search(r"50%\s+([\d.]+)(us|ms)", output).groups()
    return float(number) * (1000 if unit == "ms" else 1)


def times(paced, server, rate, seconds):
    """The 50th, 99th and 99.9th percentile in microseconds at a fixed rate; None if the server can't keep up."""
    command = [paced, str(server.port), JOB, str(rate), str(seconds), str(CONNECTIONS)]
    result = run_on(load_cores(1)[:1], command, seconds)
    return tuple(float(word) for word in result.stdout.split()[:3]) if result.returncode == 0 else None


def names(server, run):
    return ["-s", str(FOLDER / "names.lua"), server.url("/"), "--", run]


def wrk(seconds, threads, connections, arguments):
    cores = load_cores(threads)
    command = ["wrk", f"-t{min(threads, len(cores))}", f"-c{connections}", f"-d{seconds}s", *arguments]
    result = run_on(cores, command, seconds)
    if result.returncode != 0 or "Non-2xx" in result.stdout or "Socket errors" in result.stdout:
        raise RuntimeError(f"not every request was answered well:\n{result.stdout}{result.stderr}")
    return result.stdout


def per_second(output):
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def run_on(cores, command, seconds):
    return subprocess.run(
        command, preexec_fn=lambda: os.sched_setaffinity(0, cores), capture_output=True, text=True,
        timeout=seconds + 30)
