#!/usr/bin/env python3
"""Hits of the gateway against a bare C program on the same library, in alternated rounds.

  hits.py GATEWAY BARE [--rounds 5] [--seconds 4] [--threads 1]

GATEWAY is a release build, BARE what Tests/Performance/bare.c compiles to. Server and load generator (wrk) are pinned to
different cores. Prints each round's requests a second and the median of the rounds' ratios.
"""
import argparse, contextlib, os, re, statistics, subprocess, sys, tempfile, time, json, signal, socket

SERVER_CORE, LOAD_CORE = "0", "1"
JOB = "/jobs/visit-42"


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen(["taskset", "-c", SERVER_CORE, *command], **options)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@contextlib.contextmanager
def gateway(binary, threads):
    """The demonstration with everything on: limits, metrics, access log (written to a file)."""
    with tempfile.NamedTemporaryFile("r", suffix=".log") as log:
        settings = ["limits.client.rate=1000000/s", "limits.client.burst=1000000", "admin.port=0", f"listen.threads={threads}"]
        command = [binary, "demo", "--port", "0"] + [word for s in settings for word in ("--set", s)]
        with running(command, stdout=open(log.name, "w"), stderr=subprocess.DEVNULL):
            yield port_in(log)


def port_in(log):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for line in log.read().splitlines():
            if '"listening"' in line:
                return int(json.loads(line)["port"])
        time.sleep(0.01)
    sys.exit("the gateway did not start")


@contextlib.contextmanager
def bare(binary, threads, answer):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running([binary, str(port), str(threads), answer]):
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
        yield port


def rate(port, seconds):
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", "-c64", f"-d{seconds}s", f"http://127.0.0.1:{port}{JOB}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        sys.exit(f"not every answer was 200:\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gateway")
    parser.add_argument("bare")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--at-least", type=float, default=0, help="exit 1 below this ratio")
    a = parser.parse_args()
    ratios = []
    with gateway(a.gateway, a.threads) as ours, tempfile.NamedTemporaryFile() as answer:
        url = f"http://127.0.0.1:{ours}{JOB}"
        subprocess.run(["curl", "-s", url], check=True, stdout=subprocess.DEVNULL)
        answer.write(subprocess.run(["curl", "-si", url], check=True, capture_output=True).stdout)
        answer.flush()
        with bare(a.bare, a.threads, answer.name) as theirs:
            for number in range(1, a.rounds + 1):
                pair = rate(ours, a.seconds), rate(theirs, a.seconds)
                ratios.append(pair[0] / pair[1])
                print(f"round {number}: gateway {pair[0]:,.0f}/s, bare {pair[1]:,.0f}/s, ratio {ratios[-1]:.3f}")
    median = statistics.median(ratios)
    print(f"median ratio {median:.3f} (from {min(ratios):.3f} to {max(ratios):.3f})")
    sys.exit(0 if median >= a.at_least else 1)


main()
