"""A listener that accepts connections and never answers, as a metadata service that is out of reach."""

import socket


class BlackHole:
    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
