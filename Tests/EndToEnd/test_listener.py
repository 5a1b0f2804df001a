"""Connections that are too many or too slow, or that send nothing, are closed; the others are served meanwhile."""

import os
import resource
import threading
import time
from contextlib import ExitStack

import pytest

from many_clients import many_clients, p99, still_open
from metrics import metric
from timeouts import eventually
from wire import Wire, request

CONNECTIONS = "transcribe_gateway_connections"
ENDED, REFUSED = f"{CONNECTIONS}_ended_total", f"{CONNECTIONS}_refused_total"
LINE = b"GET /jobs/fine-1 HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


class Trickle(threading.Thread):
    """Sends a byte a second on each of many connections until it is stopped."""

    def __init__(self, sockets):
        super().__init__(daemon=True)
        self.sockets, self.ending = sockets, threading.Event()

    def run(self):
        position = 0
        while not self.ending.wait(1):
            byte = LINE[position:position + 1] or b"a"
            position += 1
            for each in self.sockets:
                try:
                    each.send(byte)
                except OSError:
                    pass

    def stop(self):
        self.ending.set()
        self.join()


def test_a_thousand_slow_requests_delay_no_other_and_end(serve):
    gateway = serve({"listen.requestTimeout": "6s", "log.level": "notice"})
    with gateway.wire() as wire:
        alone = p99(wire, "/jobs/fine-1")
        with many_clients(gateway.port, 1000) as sockets:
            trickle = Trickle(sockets)
            trickle.start()
            eventually(lambda: metric(gateway, CONNECTIONS) == 1001)
            with_slow_ones = p99(wire, "/jobs/fine-1")
            assert len(still_open(sockets)) == 1000
            eventually(lambda: metric(gateway, CONNECTIONS) == 1, within=8, every=0.2)
            trickle.stop()
            assert not still_open(sockets)
        eventually(lambda: metric(gateway, ENDED, reason="request") == 1000)
        # On a machine that does other things too, and below a millisecond, the time says nothing.
        if "LONG_TESTS" in os.environ:
            assert with_slow_ones < 2 * max(alone, 0.001), (alone, with_slow_ones)


@pytest.mark.parametrize("first", [b"G", b"GET /jobs/fine-1 HTTP/1.1\r\n", b"\r\n"])
def test_a_slow_request_on_a_kept_connection_has_the_same_time(serve, first):
    gateway = serve({"listen.requestTimeout": "2s"})
    with gateway.wire() as wire:
        assert wire.send(request("/jobs/fine-1")).answer().status == 200
        time.sleep(2.5)  # idle for longer than a request may take, and still open
        wire.send(first)
        began = time.monotonic()
        trickle = Trickle([wire.socket])
        trickle.start()
        assert wire.is_closed()
        trickle.stop()
        assert 1.5 < time.monotonic() - began < 4.5
    eventually(lambda: metric(gateway, ENDED, reason="request") == 1)


def test_an_idle_connection_ends(serve):
    gateway = serve({"listen.idleTimeout": "1s"})
    with gateway.wire() as wire:
        assert wire.send(request("/jobs/fine-1")).answer().status == 200
        began = time.monotonic()
        assert wire.is_closed()
        assert 0.9 < time.monotonic() - began < 3
    eventually(lambda: metric(gateway, ENDED, reason="idle") == 1)


def test_a_client_that_takes_no_answers_is_let_go(serve):
    gateway = serve({"listen.idleTimeout": "1s"})
    with gateway.wire(timeout=1) as wire:
        with pytest.raises(OSError):
            while True:
                wire.send(request("/openapi.yaml"))
        eventually(lambda: metric(gateway, CONNECTIONS) == 0)
    eventually(lambda: metric(gateway, ENDED, reason="answer") == 1)


def test_an_address_holds_so_many_connections(serve):
    gateway = serve({"listen.perAddress": 3})
    with ExitStack() as stack:
        held = [stack.enter_context(gateway.wire()) for _ in range(3)]
        assert [wire.send(request("/jobs/fine-1")).answer().status for wire in held] == [200] * 3
        with gateway.wire() as fourth:
            assert fourth.is_closed()
        assert gateway.get("/jobs/fine-1", source="127.0.0.2").status == 200
        assert metric(gateway, REFUSED, reason="address") == 1
        held[0].socket.close()
        eventually(lambda: metric(gateway, CONNECTIONS) == 2)
        assert gateway.get("/jobs/fine-1").status == 200


def test_one_address_holds_a_quarter_of_the_places(serve):
    gateway = serve({"listen.connections": 16})
    with many_clients(gateway.port, 8) as sockets:
        eventually(lambda: len(still_open(sockets)) == 4)
        assert gateway.get("/jobs/fine-1", source="127.0.0.2").status == 200
    lines = [line for line in gateway.log if "as many as one address may have" in line["message"]]
    assert [line["message"] for line in lines] == [
        "127.0.0.1 has 4 connections, as many as one address may have; more are closed"]
    assert lines[0]["listener"] == "public"


@pytest.mark.parametrize("asked", [b"", request("/livez")], ids=["silent", "idle"])
def test_probes_are_answered_however_many_connections_the_admin_listener_has(serve, asked):
    gateway = serve()
    with many_clients(gateway.admin_port, 200) as sockets:
        for each in sockets[:64]:
            each.sendall(asked)
        for _ in range(3):
            began = time.monotonic()
            assert gateway.ask_admin("/livez").status == 200
            assert time.monotonic() - began < 3


def test_the_admin_listener_ends_idle_connections_after_ten_seconds(serve):
    gateway = serve()
    with gateway.wire(timeout=20) as public, Wire(gateway.admin_port, timeout=20) as idle:
        assert idle.send(request("/livez")).answer().status == 200
        assert public.send(request("/jobs/fine-1")).answer().status == 200
        began = time.monotonic()
        assert idle.is_closed()
        assert 9 < time.monotonic() - began < 13
        assert public.send(request("/jobs/fine-1")).answer().status == 200


def test_a_client_that_leaves_while_its_request_waits_frees_its_place(serve, upstream):
    gateway = serve({"upstream.timeout": "30s"})
    with gateway.wire() as wire:
        wire.send(request("/jobs/hang-1", "X-Request-Id: left"))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == 1)
    eventually(lambda: metric(gateway, CONNECTIONS) == 0, within=2.5)
    line = gateway.wait_for_line(requestId="left")
    assert (line["outcome"], line["problem"]) == ("left", "upstream-timeout")


def test_a_proxy_holds_more(serve):
    gateway = serve({"listen.perAddress": 1, "clients.trustedProxies": "127.0.0.1"})
    with ExitStack() as stack:
        held = [stack.enter_context(gateway.wire()) for _ in range(5)]
        assert [wire.send(request("/jobs/fine-1")).answer().status for wire in held] == [200] * 5


def test_at_the_limit_others_wait_until_idle_ones_go(serve):
    gateway = serve({"listen.connections": 16, "listen.perAddress": 0, "listen.idleTimeout": "60s"})
    with many_clients(gateway.port, 16) as sockets:
        for each in sockets:
            each.sendall(request("/jobs/fine-1"))
        eventually(lambda: metric(gateway, CONNECTIONS) == metric(gateway, f"{CONNECTIONS}_limit") == 16)
        with gateway.wire() as waiting:
            began = time.monotonic()
            assert waiting.send(request("/jobs/fine-1")).answer().status == 200
            assert time.monotonic() - began < 5
        assert gateway.ask_admin("/livez").status == 200
    eventually(lambda: metric(gateway, CONNECTIONS) == 0)


def test_running_out_of_descriptors_is_survived(serve):
    """No spinning, at most a line a second, and service again when descriptors come back."""
    gateway = serve({"listen.requestTimeout": "60s"})
    gateway.get("/jobs/fine-1")
    free = 12
    gateway.allow_more_descriptors(free)
    limit = resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE)[0]
    for _ in range(3):
        with many_clients(gateway.port, 3 * free) as sockets:
            eventually(lambda: len(gateway.descriptors) == limit)
            cpu, lines = gateway.cpu_seconds, len(gateway.log)
            time.sleep(3)  # the length of the measurement
            assert gateway.cpu_seconds - cpu < 0.05 * 3
            assert len(gateway.log) - lines <= 4
            eventually(lambda: not still_open(sockets))  # they have sent nothing, so they make room for others
        assert gateway.get("/jobs/fine-1").status == 200
    assert any("limit of open files" in line["message"] for line in gateway.log)
    assert metric(gateway, "transcribe_gateway_descriptor_shortages_total") > 0


def test_idle_connections_make_room_when_descriptors_run_out(serve):
    gateway = serve()
    gateway.get("/jobs/fine-1")
    gateway.allow_more_descriptors(12)
    with many_clients(gateway.port, 12) as idle:
        for each in idle:
            each.sendall(request("/jobs/fine-1"))
            assert each.recv(65536).startswith(b"HTTP/1.1 200 ")
        with gateway.wire(timeout=5) as late:
            assert late.send(request("/jobs/fine-1")).answer().status == 200
        eventually(lambda: len(still_open(idle)) < 12)
        assert metric(gateway, ENDED, reason="idle") > 0


def test_a_thread_without_connections_does_not_spin_for_want_of_a_descriptor(serve):
    gateway = serve({"listen.threads": 1})
    gateway.get("/jobs/fine-1")
    eventually(lambda: metric(gateway, CONNECTIONS) == 0)
    limits = gateway.allow_more_descriptors(0)
    with gateway.wire() as wire:
        cpu = gateway.cpu_seconds
        wire.send(request("/jobs/fine-1"))
        time.sleep(3)  # the length of the measurement
        assert gateway.cpu_seconds - cpu < 0.05 * 3
        gateway.restore_descriptors(limits)
        assert wire.answer().status == 200
    assert len([line for line in gateway.log if "limit of open files" in line["message"]]) == 1


def test_clients_that_go_while_they_wait_leave_nothing_behind(serve, upstream):
    """A thousand resets while suspended."""
    gateway = serve({"upstream.timeout": "30s"})
    gateway.get("/jobs/fine-1")
    before = len(gateway.descriptors)
    for round in range(10):
        wires = [gateway.wire() for _ in range(100)]
        for wire in wires:
            wire.send(request(f"/jobs/slow-{round}"))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == 100)
        for wire in wires:
            wire.reset()
        upstream.gate.set()
        eventually(lambda: metric(gateway, CONNECTIONS) == 0)
        upstream.gate.clear()
    assert metric(gateway, "transcribe_gateway_waiting_requests") == 0
    eventually(lambda: len(gateway.descriptors) <= before)
    assert upstream.calls.total() == 11


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /jobs/fine-1 HTTP/1.1\r\nHost: localhost\r\n"])
def test_half_open_connections_without_a_whole_request_end_soon(serve, sent):
    gateway = serve()
    with gateway.wire(timeout=3) as wire:
        assert wire.send(sent).half_close().is_closed()
        eventually(lambda: metric(gateway, CONNECTIONS) == 0, within=2)
