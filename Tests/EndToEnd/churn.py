"""Clients that open a connection for each request, more of them than a gateway has places.

All of them run on one thread, which keeps most of two thousand clients within the gateway's patience: at a stop it waits a
second for the first request of a connection.
"""

import errno
import os
import re
import selectors
import socket
import threading

from wire import request

# The gateway takes no more connections: it has closed its port, or answers no more SYN.
TAKES_NO_MORE = {errno.ECONNREFUSED, errno.ECONNRESET, errno.ETIMEDOUT}
PATIENCE = 20


class Client:
    """One connection after another, until the gateway takes no more."""

    def __init__(self, churn, index):
        self.churn = churn
        self.target = request(f"/jobs/fine-{index % 8}", "Connection: close")

    def connect(self):
        self.socket, self.received = socket.socket(), b""
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", self.churn.port))
        self.churn.selector.register(self.socket, selectors.EVENT_WRITE, self.connected)

    def connected(self):
        error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error == 0 and self.is_ended():
            self.end(None)
        elif error == 0:
            self.socket.send(self.target)
            self.churn.selector.modify(self.socket, selectors.EVENT_READ, self.readable)
        else:
            self.end(None if error in TAKES_NO_MORE else os.strerror(error))

    def is_ended(self):
        """Whether the gateway has given up waiting for a request: this client was too slow to send one."""
        try:
            return self.socket.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False

    def readable(self):
        try:
            some = self.socket.recv(65536)
        except OSError as error:
            return self.end(f"{error} after {self.received!r}")
        self.received += some
        if not some:
            self.ended()

    def ended(self):
        if is_whole(self.received):
            self.churn.answers += 1
            self.end(None)
            self.connect()
        else:
            self.end(f"the end after {self.received!r}")

    def end(self, loss):
        self.churn.selector.unregister(self.socket)
        self.socket.close()
        self.churn.lost += [loss] if loss else []


def is_whole(received):
    """Whether this is one complete answer with status 200."""
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return head.startswith(b"HTTP/1.1 200 ") and length is not None and len(body) == int(length[1])


class Churn:
    """So many clients. `lost` tells what came in place of an answer on connections that were established."""

    def __init__(self, port, clients):
        self.port, self.answers, self.lost = port, 0, []
        self.selector = selectors.DefaultSelector()
        self.clients = [Client(self, index) for index in range(clients)]
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(2 * PATIENCE)
        assert not self.thread.is_alive()

    def _run(self):
        for client in self.clients:
            client.connect()
        while self.selector.get_map():
            ready = self.selector.select(PATIENCE)
            if not ready:
                self.lost.append(f"{len(self.selector.get_map())} clients wait for ever")
                break
            for key, _ in ready:
                key.data()
        self.selector.close()
