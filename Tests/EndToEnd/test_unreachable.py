"""An upstream that cannot be reached, or not safely: reported in time with the reason, and used again later."""

import contextlib
import socket
import time
import warnings

import pytest

import certificates
from conftest import UNLIMITED
from fake_transcribe import FakeTranscribe
from fault_rows import MARGIN, RECOVERED
from gateway import upstream_at
from other_files import seeing
from timeouts import eventually
from ports import held
from problems import assert_problem

AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
BRIEF = {"upstream.timeout": "1s", "upstream.connectTimeout": "300ms"}
WITHIN = 1 * 1.1 + MARGIN


@pytest.fixture
def serve_at(start):
    def serve_at(url, prefix=()):
        return start("serve", UNLIMITED | BRIEF, upstream_at(0) | {"AWS_ENDPOINT_URL_TRANSCRIBE": url}, prefix)
    return serve_at


def assert_told(gateway, status, problem, reason, within=WITHIN):
    began = time.monotonic()
    assert_problem(gateway.get("/jobs/fine-1"), status, problem)
    assert time.monotonic() - began <= within
    if reason:
        eventually(lambda: reason in str(gateway.log), within=1)


def assert_recovers(gateway):
    eventually(lambda: gateway.get("/jobs/fine-1").status == 200, within=RECOVERED)


# The address

def test_a_refused_connection(serve_at, upstream):
    gateway = serve_at(f"http://127.0.0.1:{upstream.port}")
    upstream.close()
    with held(upstream.port):
        assert_told(gateway, 502, "upstream-failed", "the connection could not be made")
    with contextlib.closing(FakeTranscribe(port=upstream.port)):
        assert_recovers(gateway)


def test_a_connection_that_is_never_made(serve_at):
    """The queue of connections that were not accepted is full, so that the kernel drops further ones."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = listening.getsockname()[1]
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        gateway = serve_at(f"http://127.0.0.1:{port}")
        assert_told(gateway, 504, "upstream-timeout", None)
    with contextlib.closing(FakeTranscribe(port=port)):
        assert_recovers(gateway)


@pytest.fixture
def names(tmp_path):
    """A file of host names that can be added to while a gateway uses it."""
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 localhost\n")
    return path


def test_a_host_without_an_address(serve_at, upstream, names, tmp_path):
    """No name server listens."""
    servers = tmp_path / "resolv.conf"
    servers.write_text("nameserver 127.0.0.78\noptions timeout:1 attempts:1\n")
    prefix = seeing({"/etc/hosts": names, "/etc/resolv.conf": servers})
    gateway = serve_at(f"http://upstream.test:{upstream.port}", prefix)
    assert_told(gateway, 502, "upstream-failed", "the host name could not be resolved")
    with names.open("a") as file:
        file.write("127.0.0.1 upstream.test\n")
    assert_recovers(gateway)


def test_a_name_server_that_says_nothing(serve_at, upstream, names, tmp_path):
    servers = tmp_path / "resolv.conf"
    servers.write_text("nameserver 127.0.0.77\noptions timeout:10 attempts:1\n")
    prefix = seeing({"/etc/hosts": names, "/etc/resolv.conf": servers})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        try:
            mute.bind(("127.0.0.77", 53))
        except PermissionError:
            pytest.skip("no name server may listen here")
        gateway = serve_at(f"http://upstream.test:{upstream.port}", prefix)
        assert_told(gateway, 504, "upstream-timeout", None)
        with names.open("a") as file:
            file.write("127.0.0.1 upstream.test\n")
        assert_recovers(gateway)


# TLS

@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp("known"), "known")


@pytest.fixture
def secure(authority, tmp_path):
    """An upstream with TLS, and the prefix for a gateway that trusts its authority."""
    upstream = FakeTranscribe(tls=authority.context())
    yield upstream, seeing({AUTHORITIES: authority.path})
    upstream.close()


def old(authority):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return certificates.old(authority.context())


BAD_TLS = {
    "a wrong name": (lambda known, other: known.context("another.example"), "the certificate belongs to another host"),
    "an expired certificate": (lambda known, other: known.context(ended=True), "the certificate has expired"),
    "an unknown authority": (lambda known, other: other.context(), "not signed by a trusted authority"),
    "TLS 1.1": (lambda known, other: old(known), "the handshake broke off"),
    "no TLS": (lambda known, other: None, None),
}


@pytest.mark.parametrize("fault", BAD_TLS)
def test_tls_with(serve_at, secure, authority, tmp_path, fault):
    upstream, prefix = secure
    context, reason = BAD_TLS[fault]
    good, upstream.tls = upstream.tls, context(authority, certificates.Authority(tmp_path, "other"))
    gateway = serve_at(f"https://localhost:{upstream.port}", prefix)
    assert_told(gateway, 502, "upstream-failed", reason)
    assert not upstream.calls, "nothing was sent where it should not be"
    upstream.tls = good
    assert_recovers(gateway)


def test_a_handshake_that_stalls(serve_at, secure):
    upstream, prefix = secure
    upstream.is_silent = True
    gateway = serve_at(f"https://localhost:{upstream.port}", prefix)
    assert_told(gateway, 504, "upstream-timeout", None)
    upstream.answer_normally()
    assert_recovers(gateway)
