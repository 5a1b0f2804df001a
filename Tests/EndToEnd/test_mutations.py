"""Requests with random damage, the same at each run: no crash, no failure of the server's, no hang."""

import json
import os
import random
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import UNLIMITED
from gateway import REPOSITORY
from wire import Wire, request

CORPUS = Path(os.environ.get("SHARED", REPOSITORY.parent / "shared")) / "http1/cases.jsonl"
COUNT = 20_000
AT_A_TIME = 16
PATIENCE = 10
# 501 and 505 say something of the request, not of the server.
ALLOWED = {"closed", *range(200, 500), 501, 505}
MARKS = [b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b":", b",", b";", b"%", b"/", b"?", b"\x7f", b"\x80",
         b"\xff", b"%00", b"%2e", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", b"HTTP/1.1"]
LAST = request("/", "Connection: close")


def seeds():
    """The requests of the corpus that keep the rules, those that do not, and ours among the former."""
    good = [request("/jobs/visit-42"), request("/jobs/visit-42?view=full", "Accept: text/html", "If-None-Match: *")]
    bad = []
    for case in map(json.loads, CORPUS.read_text().splitlines()):
        pieces = case.get("data", [])
        if all(isinstance(piece, str) for piece in pieces):
            text = "".join(pieces).replace("@@TARGET@@", "/jobs/visit-42").replace("@@HOST@@", "localhost")
            (good if case.get("expect") == "accept" else bad).append(text.encode("latin-1"))
    return good, bad


def mutated(chance, good, bad):
    request = bytearray(chance.choice(chance.choice([good, good, bad])))
    for _ in range(chance.choice([1, 1, 2, 6])):
        change(request, chance, good + bad)
    return bytes(request)


def change(request, chance, seeds):
    start = chance.randrange(len(request) + 1)
    end = min(len(request), start + chance.randint(1, 12))
    match chance.randrange(7):
        case 0: request[start:start] = chance.choice(MARKS)
        case 1: request[start:end] = chance.choice(MARKS)
        case 2: request[start:end] = b""
        case 3: request[start:end] = bytes(byte ^ 1 << chance.randrange(8) for byte in request[start:end])
        case 4: request[start:start] = request[start:end] * chance.choice([1, 2, 100])
        case 5: request[start:] = (other := chance.choice(seeds))[chance.randrange(len(other) + 1):]
        case 6: request[start:start] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))


def outcome(port, sent):
    """The statuses of what comes back until the server ends the connection."""
    with Wire(port, PATIENCE) as wire:
        try:
            wire.send(sent, LAST).half_close()
        except OSError:
            pass  # it has ended already
        try:
            received = wire.rest()
        except TimeoutError:
            return ["hang"]
    return [int(status) for status in re.findall(rb"(?:^|\n)HTTP/1\.1 (\d{3}) ", received)] or ["closed"]


def test_damaged_requests_do_no_harm(start):
    if not CORPUS.exists():
        assert os.environ.get("CI") != "true", f"no corpus at {CORPUS}"
        pytest.skip(f"no corpus at {CORPUS}")
    gateway = start("demo", UNLIMITED | {"log.level": "notice"})
    chance, (good, bad) = random.Random(20_000), seeds()
    assert len(good) > 50 and len(bad) > 200
    requests = [mutated(chance, good, bad) for _ in range(COUNT)]
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        outcomes = list(threads.map(lambda sent: outcome(gateway.port, sent), requests))
    counts = Counter(status for statuses in outcomes for status in statuses)
    wrong = [(found, sent) for found, sent in zip(outcomes, requests) if set(found) - ALLOWED]
    print(dict(counts))
    assert gateway.process.poll() is None, gateway.errors[-20:]
    assert not wrong, wrong[:5]
    assert min(counts[200], counts[404], counts[400]) > COUNT / 50
    assert gateway.get("/jobs/visit-42").status == 200
