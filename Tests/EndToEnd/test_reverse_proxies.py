"""Clients that wait and streams of events, through nginx and HAProxy as their packages set them up."""

import contextlib
import os
import subprocess
import time

import pytest

import balancers
from ports import held
from timeouts import eventually
from wire import Wire, request

# `proxy_pass` and nothing else: HTTP/1.0 to the gateway, 60 s of silence, buffers on.
NGINX = """
server {{
  listen 127.0.0.1:{port};
  location / {{ proxy_pass http://127.0.0.1:{gateway}; }}
}}
"""
# The time-outs of Debian's haproxy.cfg.
HAPROXY = """
defaults
  mode http
  timeout connect 5000
  timeout client 50000
  timeout server 50000
frontend clients
  bind 127.0.0.1:{port}
  default_backend gateway
backend gateway
  server gateway 127.0.0.1:{gateway}
"""
PROXIES = {"nginx": NGINX, "haproxy": HAPROXY}
SOON = {"cache.ttl.running": "100ms"}
long = pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="skipped: waits for a minute")


@pytest.fixture(params=PROXIES)
def through(request, tmp_path):
    """Starts the proxy in front of a gateway, and gives its port."""
    balancers.program(request.param)
    with contextlib.ExitStack() as stack:
        def start(gateway):
            port = stack.enter_context(held())
            text = PROXIES[request.param].format(port=port, gateway=gateway.port)
            stack.enter_context(balancers.running(request.param, balancers.written(request.param, tmp_path, text), port))
            return port

        yield start


class Curl:
    """`curl -N`, whose output is read as it comes."""

    def __init__(self, url):
        self.process = subprocess.Popen(["curl", "-sN", url], stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.text = b""

    def has(self, words, within):
        """Waits until these words have come, and gives the time."""
        def came():
            self.text += self.process.stdout.read() or b""
            return words in self.text
        eventually(came, within)
        return time.monotonic()


def change(upstream):
    """Ends the running job. Returns what gives the time at which the gateway was told."""
    with upstream.lock:
        before = len(upstream.times)
        upstream.behaviour = "fine"
    return lambda: upstream.times[before]


def test_events_come_at_once(serve, upstream, through):
    gateway = serve(SOON)
    upstream.behaviour = "running"
    port, began = through(gateway), time.monotonic()
    curl = Curl(f"http://127.0.0.1:{port}/jobs/visit-1/events")
    assert curl.has(b"IN_PROGRESS", within=5) - began < 1
    told = change(upstream)
    came = curl.has(b"COMPLETED", within=5)
    assert came - told() < 1
    assert curl.process.wait(5) == 0
    assert curl.text.count(b"event: job") == 2


def test_a_wait_ends_with_the_change(serve, upstream, through):
    gateway = serve(SOON)
    upstream.behaviour = "running"
    with Wire(through(gateway), timeout=20) as wire:
        wire.send(request("/jobs/visit-1?wait=45"))
        eventually(lambda: upstream.calls["visit-1"] >= 2)
        told = change(upstream)
        answer = wire.answer()
        assert time.monotonic() - told() < 1
        assert (answer.status, answer.json["done"], answer.fields["preference-applied"]) == (200, True, "wait=45")


@long
def test_a_wait_lasts_for_45_seconds(serve, upstream, through):
    gateway = serve()
    upstream.behaviour = "running"
    began = time.monotonic()
    with Wire(through(gateway), timeout=60) as wire:
        answer = wire.send(request("/jobs/visit-1?wait=45")).answer()
    assert (answer.status, answer.json["done"]) == (200, False)
    assert 44 < time.monotonic() - began < 47


@long
def test_heartbeats_keep_a_stream_open(serve, upstream, through):
    """For longer than the proxies allow silence."""
    gateway = serve(SOON)
    upstream.behaviour = "running"
    curl = Curl(f"http://127.0.0.1:{through(gateway)}/jobs/visit-1/events")
    curl.has(b"IN_PROGRESS", within=5)
    curl.has(b":\n\n" * 5, within=90)
    told = change(upstream)
    assert curl.has(b"COMPLETED", within=5) - told() < 1
    assert curl.process.wait(5) == 0
