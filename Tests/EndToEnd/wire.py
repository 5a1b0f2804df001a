"""HTTP/1.1 on a bare socket: out goes exactly what a test wrote, and what comes back is taken apart strictly."""

import json
import socket
import struct
from dataclasses import dataclass, field


@dataclass
class Answer:
    """One response. Field names are in lower case; a repeated field is an error."""

    status: int
    fields: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self):
        return json.loads(self.body)


class Wire:
    """One connection, to a port of this machine or to the path of a Unix socket."""

    def __init__(self, port, timeout=10, source=None):
        if isinstance(port, str):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(port)
        else:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout, source and (source, 0))
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *requests):
        self.socket.sendall(b"".join(requests))
        return self

    def half_close(self):
        """Says that nothing more will be sent."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def reset(self):
        """Breaks the connection instead of ending it."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def answer(self, to_head=False):
        """The next answer, complete; raises EOFError if the connection ends before."""
        head = self._until(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        version, status, _ = status_line.split(" ", 2)
        assert version == "HTTP/1.1"
        answer = Answer(int(status), parsed(lines))
        if not to_head and answer.status not in (204, 304):
            answer.body = b"".join(self.chunks()) if "transfer-encoding" in answer.fields else \
                self._take(int(answer.fields["content-length"]))
        return answer

    def head(self):
        """The head of the next answer, whose content comes in chunks."""
        status_line, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        return Answer(int(status_line.split(" ")[1]), parsed(lines))

    def chunks(self):
        """The chunks of content as they come, until the last."""
        while chunk := self.chunk():
            yield chunk

    def chunk(self):
        """The next chunk; empty at the end."""
        chunk = self._take(int(self._until(b"\r\n"), 16))
        assert self._take(2) == b"\r\n"
        return chunk

    def rest(self):
        """Everything until the server closes, as it comes."""
        try:
            while some := self.socket.recv(65536):
                self.received += some
        except ConnectionResetError:
            pass
        return self.received

    def is_closed(self):
        """Whether the server closes without another byte; waits for it."""
        try:
            return not self.received and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def _until(self, mark):
        while mark not in self.received:
            self._receive()
        found, self.received = self.received.split(mark, 1)
        return found

    def _take(self, count):
        while len(self.received) < count:
            self._receive()
        found, self.received = self.received[:count], self.received[count:]
        return found

    def _receive(self):
        some = self.socket.recv(65536)
        if not some:
            raise EOFError(f"the connection ended after {self.received!r}")
        self.received += some


def parsed(lines):
    fields = {}
    for line in lines:
        name, colon, value = line.partition(":")
        assert colon and name.lower() not in fields, f"a broken or repeated field: {line!r}"
        fields[name.lower()] = value.strip()
    return fields


def request(target, *lines, method="GET", version="HTTP/1.1", host="localhost", body=b""):
    """The bytes of a request. `target` and `lines` may be bytes, and nothing is escaped."""
    start = b" ".join([encoded(method), encoded(target), encoded(version)])
    hosts = [encoded(f"Host: {host}")] if host is not None else []
    return b"\r\n".join([start, *hosts, *map(encoded, lines), b"", b""]) + body


def encoded(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")
