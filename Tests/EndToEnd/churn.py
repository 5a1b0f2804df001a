"""Clients that open a connection for each request, more of them than a gateway has places."""

import socket
import threading

from wire import Wire, request


class Churn:
    """So many threads, each with one connection after another, until the gateway refuses them.

    `lost` holds what ended a connection that had been accepted and brought no complete answer, but for one that the kernel
    reset before the gateway took it.
    """

    def __init__(self, port, clients):
        self.port, self.answers, self.lost = port, [0] * clients, []
        self.threads = [threading.Thread(target=self._run, args=(index,), daemon=True) for index in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in self.threads)

    def _run(self, index):
        target = request(f"/jobs/fine-{index % 8}", "Connection: close")
        while True:
            try:
                wire = Wire(self.port, timeout=20)
            except (ConnectionRefusedError, ConnectionResetError, TimeoutError, socket.timeout):
                return
            with wire:
                try:
                    assert wire.send(target).answer().status == 200
                    self.answers[index] += 1
                except (EOFError, OSError, AssertionError) as loss:
                    self.lost.append(repr(loss))
                    return
