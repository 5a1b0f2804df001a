"""While Amazon Transcribe throttles, the gateway asks less and less, and serves what it has."""

from callers import Caller, let_ask
from timeouts import eventually

SPAN = 1.5
RATE, BURST = 40, 5


def test_throttling_lowers_the_rate_and_its_end_restores_it(serve, upstream):
    gateway = serve({
        "limits.upstream.rate": f"{RATE}/s", "limits.upstream.burst": BURST, "upstream.timeout": "1s",
    })
    assert gateway.get("/jobs/fine-0").status == 200
    upstream.behaviour = "throttled"
    calls = [calls_while_asking(gateway, upstream, number) for number in range(4)]
    print(calls)
    assert calls[-1] < 0.25 * RATE * SPAN and calls[-1] <= calls[0]
    assert gateway.get("/jobs/fine-0").fields["cache-status"].startswith("transcribe-gateway; hit")
    upstream.answer_normally()
    eventually(lambda: gateway.get("/jobs/fine-1").status == 200, within=5)


def calls_while_asking(gateway, upstream, number):
    """Calls at the upstream while a caller asks for one name after another, all of them new."""
    before = upstream.calls.total()
    caller, = let_ask([Caller(20 + number, connections=8)], gateway.port, SPAN)
    assert caller.refusals and not caller.answers and not caller.others
    return upstream.calls.total() - before
