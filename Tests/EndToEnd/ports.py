"""Ports that no other process gets while a test needs them free: other tests run at the same time."""

import contextlib
import socket


@contextlib.contextmanager
def held(port=0):
    """Binds the port without listening on it, and gives its number.

    A connection to it is refused. A process that asks for any port gets another one; one that asks for this port with
    SO_REUSEADDR, as servers do, may listen on it (socket(7)).
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port))
        yield holder.getsockname()[1]


def is_open(port):
    """Whether something listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
