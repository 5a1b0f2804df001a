"""The configurations of deploy/BALANCERS.md: valid, and right for waits, streams, hashing, clients and request ids."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import balancers
from conftest import UNLIMITED
from fake_transcribe import FakeTranscribe
from gateway import REPOSITORY, Gateway, run, upstream_at
from metrics import metric
from ports import held
from timeouts import eventually
from wire import Wire, request

CLIENT = "127.0.0.9"
BEHIND_A_BALANCER = UNLIMITED | {
    "clients.trustedProxies": "127.0.0.1", "listen.hosts": "gateway.example", "cache.ttl.running": "100ms",
    "log.names": "true"}


class Setup:
    """Two replicas, the balancer's port, and the upstream of both."""

    def __init__(self, stack, name, directory):
        self.name, self.upstream = name, stack.enter_context(contextlib.closing(FakeTranscribe()))
        environment = upstream_at(self.upstream.port)
        self.replicas = [Gateway("serve", BEHIND_A_BALANCER, environment) for _ in range(2)]
        for replica in self.replicas:
            stack.callback(replica.stop)
        self.port = stack.enter_context(held())
        self.path = balancers.configuration(name, directory, self.port, [replica.port for replica in self.replicas])
        stack.enter_context(balancers.running(name, self.path, self.port))
        eventually(lambda: self.get("/").status == 200, within=10)

    def wire(self, timeout=10):
        return Wire(self.port, timeout, CLIENT)

    def get(self, target, *lines):
        with self.wire() as wire:
            return wire.send(request(target, *lines, host="gateway.example")).answer()

    def homes(self, names):
        """How often each replica, by its number, was asked for each of the jobs."""
        return Counter((line["job"], number) for number, replica in enumerate(self.replicas)
                       for line in replica.accesses if line.get("job") in names)

    def line(self, answer):
        """The line of the request in the log of the replica that answered, and the replica's number."""
        def found():
            return [(line, number) for number, replica in enumerate(self.replicas) for line in replica.accesses
                    if line["requestId"] == answer.fields["x-request-id"]]
        ((line, number),) = eventually(found)
        return line, number


@pytest.fixture(scope="module", params=balancers.RUN)
def setup(request, tmp_path_factory):
    balancers.program(request.param)
    with contextlib.ExitStack() as stack:
        yield Setup(stack, request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def upstream(setup):
    yield setup.upstream
    setup.upstream.answer_normally()
    setup.upstream.behaviour = None


def test_the_program_finds_nothing_wrong(setup):
    command = [balancers.program(setup.name), *balancers.CHECK[setup.name], setup.path]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert result.returncode == 0 and not re.search(r"\[?(warn|WARNING|error)", result.stderr, re.I), result


def test_a_job_lives_on_one_replica(setup):
    """Whatever is asked of it, and both replicas have jobs."""
    names = [f"fine-home-{number}" for number in range(30)]
    for name in names:
        for target in (name, f"{name}?view=full", f"{name}?wait=45", f"{name}/events"):
            assert setup.get(f"/jobs/{target}").status == 200
    homes = eventually(lambda: (found := setup.homes(names)).total() == 4 * len(names) and found)
    assert len(homes) == len(names)
    assert min(Counter(number for _, number in homes).values()) >= 5


def test_requests_for_several_jobs_are_spread(setup):
    answers = [setup.get(f"/jobs?name=fine-{number},fine-{number + 1}") for number in range(10)]
    assert {setup.line(answer)[1] for answer in answers} == {0, 1}


@pytest.mark.parametrize("forged", [(), ("X-Forwarded-For: 192.0.2.7",)])
def test_the_client_is_known(setup, forged):
    assert setup.line(setup.get("/jobs/fine-1", *forged))[0]["client.address"] == CLIENT


def test_each_request_gets_an_id_of_the_balancer(setup):
    given = {setup.get("/jobs/fine-1", "X-Request-Id: theirs").fields["x-request-id"] for _ in range(3)}
    assert len(given) == 3 and "theirs" not in given and all(re.fullmatch("[0-9a-f-]{32,36}", one) for one in given)


def test_events_come_at_once(setup, upstream):
    upstream.behaviour = "running"
    with setup.wire() as wire:
        wire.send(request("/jobs/visit-events/events", host="gateway.example"))
        began = time.monotonic()
        assert wire.head().status == 200
        chunks = wire.chunks()
        assert any(b"IN_PROGRESS" in chunk for chunk in chunks) and time.monotonic() - began < 2
        changed = time.monotonic()
        upstream.behaviour = "fine"
        assert any(b"COMPLETED" in chunk for chunk in chunks) and time.monotonic() - changed < 2


def test_a_wait_ends_with_the_change(setup, upstream):
    upstream.behaviour = "running"
    with setup.wire() as wire:
        wire.send(request("/jobs/visit-wait?wait=45", host="gateway.example"))
        eventually(lambda: upstream.calls["visit-wait"] >= 2)
        upstream.behaviour = "fine"
        changed = time.monotonic()
        answer = wire.answer()
    assert (answer.status, answer.json["done"]) == (200, True) and time.monotonic() - changed < 2


@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="skipped: waits for more than a minute")
def test_waits_and_streams_last_and_idle_connections_do_not(setup, upstream):
    """The gateway ends idle connections after 75 s; the balancer leaves none open for so long, HAProxy one."""
    upstream.behaviour = "running"
    began = time.monotonic()
    with setup.wire(timeout=30) as stream, setup.wire(timeout=60) as waiting:
        stream.send(request("/jobs/visit-long/events", host="gateway.example"))
        waiting.send(request("/jobs/visit-long?wait=45", host="gateway.example"))
        assert waiting.answer().json["done"] is False and 44 < time.monotonic() - began < 48
        assert stream.head().status == 200
        for chunk in stream.chunks():
            if time.monotonic() - began > 85:
                upstream.behaviour = "fine"
        assert b"COMPLETED" in chunk
    ended = [metric(replica, "transcribe_gateway_connections_ended_total", reason="idle") for replica in setup.replicas]
    assert max(ended) <= (setup.name == "haproxy")


def test_the_page_gives_the_defaults():
    page = (REPOSITORY / "deploy/BALANCERS.md").read_text()
    lines = run("check", environment=upstream_at(1)).stdout.splitlines()
    defaults = {words[0]: words[2] for line in lines if len(words := line.split()) > 2}
    rows = dict(re.findall(r"(?m)^\| `([A-Za-z.]+)` \| `([^`]+)` \|", page))
    assert len(rows) == 8 and {key: defaults[key] for key in rows} == rows


def seconds(text):
    """The time-outs in the text, in seconds."""
    return [float(number) / (1000 if unit else 1) for number, unit in re.findall(r"\b([0-9.]+)(m?)s\b", text)]


@pytest.mark.parametrize("title, language, lines", [
    ("nginx", "nginx", ["  keepalive_timeout", "proxy_read_timeout"]),
    ("HAProxy", "haproxy", ["timeout server", "timeout client", "timeout http-keep-alive"]),
    ("Envoy", "yaml", ["common_http_protocol_options", "stream_idle_timeout", "  timeout: 60s"]),
    ("Application Load Balancer", "yaml", ["idle_timeout.timeout_seconds"]),
])
def test_time_outs_lie_between_the_longest_wait_and_the_idle_time(title, language, lines):
    text = balancers.block(title, language)
    for mark in lines:
        (line,) = [line for line in text.splitlines() if mark in line]
        (found,) = seconds(line) or [float(re.search('"([0-9]+)"', line)[1])]
        assert 45 + 5 < found < 75, line


def test_cloudformation_takes_the_balancer(tmp_path):
    path = tmp_path / "balancer.yaml"
    path.write_text(balancers.block("Application Load Balancer", "yaml"))
    lint = subprocess.run([Path(sys.executable).parent / "cfn-lint", path], capture_output=True, text=True, timeout=60)
    assert (lint.returncode, lint.stdout) == (0, "")
