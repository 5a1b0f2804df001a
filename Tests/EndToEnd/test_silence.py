"""Kept connections that go silent, as after a device on the way has dropped them without a word."""

import time
from concurrent.futures import ThreadPoolExecutor

from metrics import metric
from timeouts import eventually

KEPT = 4


def test_kept_connections_that_go_silent_cost_an_attempt_and_not_the_look_up(serve, upstream):
    gateway = serve({"upstream.timeout": "4s"})
    keep_connections(gateway, upstream)
    upstream.silent_before = time.monotonic()
    began = time.monotonic()
    answer = gateway.get("/jobs/fine-1")
    elapsed = time.monotonic() - began
    assert (answer.status, answer.json["name"]) == (200, "fine-1"), answer
    assert upstream.calls["fine-1"] == 2 and 1.9 <= elapsed < 3.5
    assert metric(gateway, "transcribe_gateway_upstream_attempts_total", outcome="timed_out") == 1


def keep_connections(gateway, upstream):
    """Has the gateway open connections, by look-ups at once, and keep them."""
    names = [f"slow-{number}" for number in range(KEPT)]
    with ThreadPoolExecutor(KEPT) as clients:
        answers = [clients.submit(gateway.get, f"/jobs/{name}") for name in names]
        eventually(lambda: all(upstream.calls[name] for name in names))
        upstream.gate.set()
        assert [answer.result().status for answer in answers] == [200] * KEPT
