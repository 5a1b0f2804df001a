"""Calls through the proxy of the environment: one that inspects TLS, and one that refuses."""

import contextlib
import select
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import certificates
from conftest import UNLIMITED
from doctor import findings
from fake_transcribe import FakeTranscribe
from gateway import run, upstream_at
from timeouts import eventually

HOST = "transcribe.us-east-1.amazonaws.com"


class Proxy(ThreadingHTTPServer):
    """Connects every tunnel to `upstream`, whatever host it is for, or refuses with `refusal`."""

    daemon_threads = True

    def __init__(self, upstream=None, refusal=None):
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.upstream, self.refusal, self.asked = upstream, refusal, []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class Tunnel(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        self.server.asked.append((self.path, self.headers.get("Proxy-Authorization")))
        self.close_connection = True
        if self.server.refusal:
            return self.send_error(self.server.refusal)
        self.send_response_only(200)
        self.end_headers()
        with socket.create_connection(("127.0.0.1", self.server.upstream.port)) as upstream:
            ends = {self.connection: upstream, upstream: self.connection}
            while True:
                for end in select.select(list(ends), [], [], 60)[0]:
                    if not (piece := end.recv(65536)):
                        return
                    ends[end].sendall(piece)

    def log_message(self, *_):
        """Keeps the proxy's log out of the test's output."""


@pytest.fixture
def authority(tmp_path):
    return certificates.Authority(tmp_path, "inspector")


def by_region(**variables):
    """AWS's variables without an endpoint."""
    return upstream_at(0) | {"AWS_ENDPOINT_URL_TRANSCRIBE": ""} | variables


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_inspects_tls(start, authority, variable):
    """It shows a certificate of its own for AWS's host."""
    with (contextlib.closing(FakeTranscribe(tls=authority.context(HOST))) as upstream,
          contextlib.closing(Proxy(upstream)) as proxy):
        url = proxy.url.replace("//", "//user:word@")
        gateway = start("serve", UNLIMITED, by_region(**{variable: url}, AWS_CA_BUNDLE=str(authority.path)))
        assert gateway.get("/jobs/fine-1").status == 200
        assert proxy.asked == [(f"{HOST}:443", "Basic dXNlcjp3b3Jk")]
        gateway = start("serve", UNLIMITED, by_region(**{variable: url}))
        assert gateway.get("/jobs/fine-1").status == 502
        eventually(lambda: "not signed by a trusted authority" in str(gateway.log), within=1)


REFUSALS = {
    403: "the proxy refused to connect to the host (status 403): HTTPS_PROXY names the proxy, and NO_PROXY the hosts that "
         "need none",
    407: "the proxy asks for a user name and a password (status 407): HTTPS_PROXY takes both before the host",
}


@pytest.mark.parametrize("status", REFUSALS)
def test_a_proxy_that_refuses_is_named(start, status):
    with contextlib.closing(Proxy(refusal=status)) as proxy:
        environment = by_region(HTTPS_PROXY=proxy.url.replace("//", "//user:horse@"), AWS_EC2_METADATA_DISABLED="true")
        gateway = start("serve", UNLIMITED, environment)
        assert gateway.get("/jobs/fine-1").status == 502
        eventually(lambda: REFUSALS[status] in str(gateway.log), within=1)
        assert len(proxy.asked) == 1, "another attempt would be refused too"
        result = run("doctor", environment=environment)
        assert result.returncode == 1 and findings(result)["connection"] == f"cannot be asked: {REFUSALS[status]}"
        assert "horse" not in str(gateway.log) + result.stdout + result.stderr


def test_hosts_of_no_proxy_are_called_directly(start, authority):
    with (contextlib.closing(FakeTranscribe(tls=authority.context())) as upstream,
          contextlib.closing(Proxy(refusal=403)) as proxy):
        environment = upstream_at(0) | {
            "AWS_ENDPOINT_URL_TRANSCRIBE": f"https://localhost:{upstream.port}", "HTTPS_PROXY": proxy.url,
            "AWS_CA_BUNDLE": str(authority.path), "NO_PROXY": "localhost,169.254.169.254"}
        assert start("serve", UNLIMITED, environment).get("/jobs/fine-1").status == 200
        assert proxy.asked == []
