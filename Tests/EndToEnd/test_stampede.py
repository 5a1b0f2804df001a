"""Ten thousand connections ask for one job that is not cached."""

import os
import re
import resource
import select
import socket
import threading
import time

import pytest

from metrics import metric
from timeouts import eventually
from wire import request

CLIENTS = 10_000
UPSTREAM_TAKES = 0.5
# From the first answer to the last.
SPREAD = 0.7

pytestmark = pytest.mark.skipif(
    "LONG_TESTS" not in os.environ, reason="10,000 connections and an optimised build: LONG_TESTS=1, GATEWAY_BINARY")


@pytest.fixture
def descriptors():
    """Enough descriptors for all sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connected(port, number):
    """A socket; from several addresses, because one has not many more ports than that."""
    client = socket.socket()
    client.bind((f"127.0.0.{1 + number % 4}", 0))
    client.connect(("127.0.0.1", port))
    return client


def answers_of(clients):
    """All answers, and when each came."""
    ready = select.epoll()
    waiting = {client.fileno(): client for client in clients}
    for number in waiting:
        ready.register(number, select.EPOLLIN)
    answers, times = [], []
    while waiting:
        events = ready.poll(10)
        assert events, f"{len(waiting)} of {len(clients)} have no answer"
        for number, _ in events:
            answers.append(waiting.pop(number).recv(65_536))
            times.append(time.monotonic())
            ready.unregister(number)
    return answers, times


def test_all_are_answered_with_one_call_and_together(serve, upstream, descriptors):
    gateway = serve({
        "limits.client.rate": "1000000/s", "limits.client.burst": 1_000_000, "listen.connections": CLIENTS + 100,
        "cache.waiters": CLIENTS})
    clients = [connected(gateway.port, number) for number in range(CLIENTS)]
    for client in clients:
        client.sendall(request("/jobs/slow-one"))
    eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == CLIENTS)
    threading.Timer(UPSTREAM_TAKES, upstream.gate.set).start()
    answers, times = answers_of(clients)
    for client in clients:
        client.close()
    assert {answer[:15] for answer in answers} == {b"HTTP/1.1 200 OK"}
    assert len({re.split(rb"\r\n\r\n", answer, maxsplit=1)[1] for answer in answers}) == 1
    assert upstream.calls == {"slow-one": 1}
    spread = max(times) - min(times)
    print(f"{CLIENTS} answers within {spread:.3f} s of the first")
    assert spread < SPREAD
