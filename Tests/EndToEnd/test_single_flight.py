"""Any number of requests for a job that is not cached make one call to Amazon Transcribe."""

from contextlib import ExitStack

from metrics import metric
from timeouts import eventually
from wire import request

CLIENTS = 500


def test_five_hundred_requests_make_one_call(serve, upstream):
    gateway = serve({"limits.client.rate": "1000000/s", "limits.client.burst": 1_000_000})
    with ExitStack() as stack:
        clients = [stack.enter_context(gateway.wire()) for _ in range(CLIENTS)]
        for wire in clients:
            wire.send(request("/jobs/slow-one"))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == CLIENTS)
        upstream.gate.set()
        answers = [wire.answer() for wire in clients]
    assert [answer.status for answer in answers] == [200] * CLIENTS
    assert len({answer.body for answer in answers}) == 1
    assert upstream.calls == {"slow-one": 1}
    collapsed = [answer for answer in answers if "collapsed" in answer.fields["cache-status"]]
    assert len(collapsed) == CLIENTS - 1


def test_different_jobs_are_not_held_up_by_a_slow_one(gateway, upstream):
    with gateway.wire() as patient:
        patient.send(request("/jobs/slow-one"))
        eventually(lambda: upstream.calls["slow-one"] == 1)
        assert gateway.get("/jobs/fine-one").status == 200
        upstream.gate.set()
        assert patient.answer().status == 200


def test_a_fetch_outlives_the_client_that_began_it(gateway, upstream):
    with gateway.wire() as hasty:
        hasty.send(request("/jobs/slow-one"))
        eventually(lambda: upstream.calls["slow-one"] == 1)
    upstream.gate.set()
    answer = gateway.get("/jobs/slow-one")
    assert (answer.status, upstream.calls["slow-one"]) == (200, 1)
