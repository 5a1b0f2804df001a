"""A stop loses no accepted request, takes no longer than it was given, and ends with status 0."""

import signal
import threading
import time
from contextlib import ExitStack

import pytest

from metrics import metric
from timeouts import eventually
from problems import assert_problem
from wire import Wire, request

CLIENTS = 16
MARGIN = 4


class Client(threading.Thread):
    """Sends one request after another, most of them hits, until the gateway takes no more connections."""

    def __init__(self, gateway, number):
        super().__init__(daemon=True)
        self.port, self.number = gateway.port, number
        self.answers, self.lost = 0, []

    def run(self):
        while (wire := self.connection()) is not None:
            with wire:
                self.use(wire)

    def connection(self):
        try:
            return Wire(self.port)
        except ConnectionRefusedError:
            return None

    def use(self, wire):
        try:
            while True:
                answer = wire.send(request(self.target)).answer()
                assert answer.status == 200 and answer.json["status"] == "COMPLETED", answer
                self.answers += 1
                if answer.fields.get("connection", "").lower() == "close":
                    return
        except (EOFError, OSError, AssertionError) as loss:
            self.lost.append((self.answers, repr(loss)))

    @property
    def target(self):
        """Every hundredth is a miss."""
        return f"/jobs/fine-{self.number}-{self.answers // 100}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_nothing_accepted_is_lost_under_load(serve, number):
    gateway = serve()
    clients = [Client(gateway, index) for index in range(CLIENTS)]
    for client in clients:
        client.start()
    eventually(lambda: all(client.answers > 100 for client in clients), within=10)
    gateway.signal(number)
    for client in clients:
        client.join(10)
    assert [client.lost for client in clients] == [[]] * CLIENTS
    assert gateway.end(within=20 + MARGIN) == 0
    assert len(gateway.accesses) == sum(client.answers for client in clients)


def test_an_idle_gateway_stops_at_once(serve):
    gateway = serve()
    with gateway.wire() as idle:
        idle.send(request("/jobs/fine-1")).answer()
        began = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - began < MARGIN
    assert gateway.log[-1]["message"] == "stopped"


def test_a_stop_right_after_the_start_is_a_stop(serve):
    assert [serve().stop(within=MARGIN) for _ in range(3)] == [0, 0, 0]


def test_requests_that_wait_for_an_upstream_that_hangs_are_answered(serve, upstream):
    gateway = serve({"drain.timeout": "500ms", "upstream.timeout": "30s"})
    with ExitStack() as stack:
        waiting = waiting_clients(stack, gateway, "/jobs/hang-1")
        began = time.monotonic()
        gateway.signal()
        for wire in waiting:
            answer = wire.answer()
            assert_problem(answer, 503, "stopping")
            assert int(answer.fields["retry-after"]) >= 1
            assert wire.is_closed()
    assert gateway.end(within=MARGIN) == 0
    assert time.monotonic() - began < 0.5 + MARGIN


def test_requests_that_wait_for_a_slow_upstream_get_their_job(serve, upstream):
    gateway = serve({"upstream.timeout": "30s"})
    with ExitStack() as stack:
        waiting = waiting_clients(stack, gateway, "/jobs/slow-1")
        gateway.signal()
        eventually(lambda: is_refused(gateway))
        upstream.gate.set()
        assert {wire.answer().status for wire in waiting} == {200}
    assert gateway.end(within=MARGIN) == 0


@pytest.mark.parametrize("settings", [{}, {"drain.delay": "60s"}], ids=["in the drain", "in the delay"])
@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_waiting(serve, upstream, settings, second):
    gateway = serve({"drain.timeout": "60s", "upstream.timeout": "30s"} | settings)
    with ExitStack() as stack:
        waiting = waiting_clients(stack, gateway, "/jobs/hang-1")
        gateway.signal()
        eventually(lambda: gateway.ask_admin("/readyz").status == 503)
        time.sleep(0.15)  # two signals within 100 ms are one
        began = time.monotonic()
        gateway.signal(second)
        for wire in waiting:
            assert_problem(wire.answer(), 503, "stopping")
    assert gateway.end(within=MARGIN) == 0
    assert time.monotonic() - began < MARGIN
    assert [line["message"] for line in gateway.log][-1] == "stopped"
    gateway.wait_for_line(message="stopping at once, because a second signal came")


def test_two_signals_within_a_moment_are_one(serve, upstream):
    gateway = serve({"upstream.timeout": "30s", "drain.timeout": "60s"})
    with ExitStack() as stack:
        waiting = waiting_clients(stack, gateway, "/jobs/slow-1")
        gateway.signal()
        gateway.signal()
        gateway.wait_for_line(message="stopping, because a signal came", signal="SIGTERM")
        upstream.gate.set()
        assert {wire.answer().status for wire in waiting} == {200}
    assert gateway.end(within=MARGIN) == 0
    assert not [line for line in gateway.log if "second signal" in line["message"]]


def test_a_stop_says_which_reply_it_waits_for(serve, upstream):
    gateway = serve({"upstream.timeout": "30s", "drain.timeout": "60s"})
    with gateway.wire() as wire:
        wire.send(request("/jobs/slow-1", "X-Request-Id: the-last"))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == 1)
        gateway.signal()
        eventually(lambda: any("(the-last)" in line["message"] for line in gateway.log), within=4)
        upstream.gate.set()
        assert wire.answer().status == 200
    assert gateway.end(within=MARGIN) == 0
    lines = [line["message"] for line in gateway.log if line["message"].startswith("the stop waits")]
    assert lines == [
        "the stop waits for 1 requests without a reply (the-last) and for 0 replies that clients have not read"]


def test_goes_on_listening_for_a_while_after_readiness_fails(serve):
    gateway = serve({"drain.delay": "1s"})
    assert gateway.ask_admin("/readyz").status == 200
    gateway.signal()
    unready = eventually(lambda: (answer := gateway.ask_admin("/readyz")).status == 503 and answer, within=0.5)
    assert unready.json["status"] == "unready"
    assert unready.json["reasons"] == {"serving": "The gateway is stopping."}
    assert gateway.get("/jobs/fine-1").status == 200
    assert gateway.ask_admin("/livez").status == 200
    assert gateway.end(within=1 + MARGIN) == 0


def waiting_clients(stack, gateway, target):
    waiting = [stack.enter_context(gateway.wire()).send(request(target)) for _ in range(CLIENTS)]
    eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == CLIENTS)
    return waiting


def is_refused(gateway):
    try:
        gateway.wire().__exit__()
    except ConnectionRefusedError:
        return True


def test_readiness_fails_from_the_first_moment_of_a_stop(serve):
    gateway = serve({"drain.delay": "1s"})
    with gateway.wire() as public, Wire(gateway.admin_port) as admin:
        assert public.send(request("/readyz")).answer().body == b"ready\n"
        gateway.signal()
        gateway.wait_for_line(message="stopping, because a signal came")
        start = time.monotonic()
        for wire in (public, admin):
            assert wire.send(request("/readyz")).answer().status == 503
        while time.monotonic() < start + 0.5:
            assert gateway.get("/readyz").body == b"unready\n"
            assert gateway.get("/livez").status == gateway.get("/jobs/fine-1").status == 200
    assert gateway.end() == 0
