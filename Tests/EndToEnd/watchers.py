"""Many clients that watch a job, in one thread."""

import select
import socket
import statistics
import struct
import time

from many_clients import allow_descriptors
from wire import request


class Watchers:
    """So many connections that have sent one request each, and notes of when something came on each of them.

    With `{}` in the target each has a job of its own.
    """

    def __init__(self, port, count, target, *lines):
        allow_descriptors(count + 200)
        self.sockets, self.received = {}, {}
        self.poll = select.epoll()
        for number in range(count):
            each = socket.create_connection(("127.0.0.1", port), timeout=10)
            each.sendall(request(target.format(number), *lines))
            each.setblocking(False)
            self.sockets[each.fileno()] = each
            self.received[each.fileno()] = b""
            self.poll.register(each, select.EPOLLIN | select.EPOLLRDHUP)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave()
        self.poll.close()

    def __len__(self):
        return len(self.sockets)

    def wait_for(self, mark, within=30):
        """Reads until each has received the mark. Returns when each did, on the monotonic clock."""
        times = {number: 0.0 for number, bytes_ in self.received.items() if mark in bytes_}
        deadline = time.monotonic() + within
        while len(times) < len(self.sockets):
            left = deadline - time.monotonic()
            assert left > 0, f"{len(self.sockets) - len(times)} of {len(self.sockets)} have not received {mark}"
            for number, _ in self.poll.poll(left, 4096):
                some = self.sockets[number].recv(65536)
                if not some:
                    self.poll.unregister(number)
                self.received[number] = (self.received[number] + some)[-4096:]
                if number not in times and mark in self.received[number]:
                    times[number] = time.monotonic()
        return sorted(times.values())

    def leave(self, reset=False):
        """Ends all connections, or breaks them."""
        for each in self.sockets.values():
            if reset:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            each.close()
        self.sockets.clear()


def p99(times):
    return statistics.quantiles(times, n=100)[98]
