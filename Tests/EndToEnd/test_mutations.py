"""Requests with random damage, the same at each run: no crash, no failure of the server's, no hang."""

import asyncio
import json
import os
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from conftest import UNLIMITED
from gateway import REPOSITORY
from wire import request

CORPUS = Path(os.environ.get("SHARED", REPOSITORY.parent / "shared")) / "http1/cases.jsonl"
COUNT = 20_000
AT_A_TIME = 200
PATIENCE = 10
# 501 and 505 say something of the request, not of the server.
ALLOWED = {*range(200, 500), 501, 505}
MARKS = [b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b":", b",", b";", b"%", b"/", b"?", b"\x7f", b"\x80",
         b"\xff", b"%00", b"%2e", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", b"HTTP/1.1"]
LAST = request("/", "Connection: close")


def seeds():
    """The requests of the corpus, and ours."""
    found = [request("/jobs/visit-42"), request("/jobs/visit-42?view=full", "Accept: text/html", "If-None-Match: *")]
    for line in CORPUS.read_text().splitlines():
        pieces = json.loads(line).get("data", [])
        if all(isinstance(piece, str) for piece in pieces):
            text = "".join(pieces).replace("@@TARGET@@", "/jobs/visit-42").replace("@@HOST@@", "localhost")
            found.append(text.encode("latin-1"))
    return found


def mutated(chance, seeds):
    request = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 6)):
        change(request, chance, seeds)
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


async def outcome(port, sent):
    """The statuses of what comes back until the server ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent + LAST)
        writer.write_eof()
        received = await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionError:
        return []
    finally:
        writer.close()
    return [int(status) for status in re.findall(rb"(?:^|\n)HTTP/1\.1 (\d{3}) ", received)]


async def outcomes(port, requests):
    """Counts what comes back, and lists what must not."""
    counts, wrong, left = Counter(), [], iter(requests)

    async def work():
        for sent in left:
            try:
                statuses = await outcome(port, sent)
            except TimeoutError:
                statuses = ["hang"]
            counts.update(statuses or ["closed"])
            if set(statuses) - ALLOWED:
                wrong.append((statuses, sent))

    await asyncio.gather(*(work() for _ in range(AT_A_TIME)))
    return counts, wrong


def test_damaged_requests_do_no_harm(start):
    if not CORPUS.exists():
        assert os.environ.get("CI") != "true", f"no corpus at {CORPUS}"
        pytest.skip(f"no corpus at {CORPUS}")
    gateway = start("demo", UNLIMITED | {"log.level": "notice"})
    chance, corpus = random.Random(20_000), seeds()
    assert len(corpus) > 300
    requests = [mutated(chance, corpus) for _ in range(COUNT)]
    counts, wrong = asyncio.run(outcomes(gateway.port, requests))
    print(dict(counts))
    assert gateway.process.poll() is None, gateway.errors[-20:]
    assert not wrong, wrong[:5]
    assert counts[200] > COUNT / 10 and counts[400] > COUNT / 10
    assert gateway.get("/jobs/visit-42").status == 200
