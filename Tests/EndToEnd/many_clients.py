"""Many bare connections at a time."""

import resource
import socket
import statistics
import time
from contextlib import contextmanager

from wire import request


@contextmanager
def many_clients(port, count):
    """So many open sockets, closed at the end."""
    allow_descriptors(count + 200)
    sockets = []
    try:
        for _ in range(count):
            sockets.append(socket.create_connection(("127.0.0.1", port), timeout=10))
        yield sockets
    finally:
        for each in sockets:
            each.close()


def allow_descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def still_open(sockets):
    """Those that the server has not closed, without waiting."""
    return [each for each in sockets if not has_ended(each)]


def has_ended(each):
    each.setblocking(False)
    try:
        return each.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def p99(wire, target, rounds=5, requests=400):
    """The 99th percentile of an answer's time in seconds: the median of several, against single disturbances."""
    return statistics.median(percentile(wire, target, requests) for _ in range(rounds))


def percentile(wire, target, requests):
    times = []
    for _ in range(requests):
        began = time.perf_counter()
        assert wire.send(request(target)).answer().status == 200
        times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=100)[98]
