"""A container's agent on loopback, which gives credentials for six hours. It also tells a time, and refuses a form."""

import json
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from doctor import SECRET


class ContainerAgent(ThreadingHTTPServer):
    """Serves from its creation until `close()`. `ahead` is by how many seconds its clock is ahead, `refusal` the content of
    its answer to a form; `tls` is a context (None: plain).
    """

    daemon_threads = True

    def __init__(self, tls=None):
        super().__init__(("127.0.0.1", 0), Conversation)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.ahead, self.refusal = 0, b""
        host = "127.0.0.1" if tls is None else "localhost"
        self.url = f"{'http' if tls is None else 'https'}://{host}:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """Prints nothing when a client closes its connection."""


class Conversation(BaseHTTPRequestHandler):
    def do_GET(self):
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6 * 3600))
        self.say(json.dumps({
            "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": SECRET, "Token": SECRET, "Expiration": end}).encode())

    def do_HEAD(self):
        self.say(b"")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.say(self.server.refusal, status=403)

    def say(self, content, status=200):
        self.send_response_only(status)
        self.send_header("Date", formatdate(time.time() + self.server.ahead, usegmt=True))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Keeps the server's log out of the test's output."""
