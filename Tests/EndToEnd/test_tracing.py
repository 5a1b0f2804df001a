"""Traces: what a `traceparent` does, and the spans that a collector gets."""

import pytest

from wire import request

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


def trace_of(line):
    return line.get("traceId"), line.get("spanId")


def test_the_log_names_the_trace_that_a_request_continues(serve, upstream):
    gateway = serve()
    for target, line in [
        ("/jobs/fine-1", f"traceparent: {TRACEPARENT}"), ("/jobs/fine-1", f"TraceParent: \t{TRACEPARENT} "),
        ("/jobs/missing-1", f"traceparent: {TRACEPARENT}"), ("/jobs/a%00", f"traceparent: {TRACEPARENT}"),
        ("/", f"traceparent: {TRACEPARENT}"),
    ]:
        answer = gateway.get(target, line)
        assert trace_of(gateway.access_of(answer)) == (TRACE, SPAN)
        assert not {"traceparent", "tracestate", "traceresponse"} & answer.fields.keys()


@pytest.mark.parametrize("lines", [
    [], [f"traceparent: {TRACEPARENT}-"], [f"traceparent: {TRACEPARENT.upper()}"], [f"trace-parent: {TRACEPARENT}"],
    [f"traceparent: {TRACEPARENT}"] * 2, [f"traceparent: ff{TRACEPARENT[2:]}"], ["tracestate: congo=1"],
])
def test_the_log_names_no_other_trace(gateway, lines):
    assert trace_of(gateway.access_of(gateway.get("/jobs/fine-1", *lines))) == (None, None)


def test_each_request_of_a_connection_has_its_own_trace(gateway):
    lines = [(f"traceparent: {TRACEPARENT}",), (), (f"traceparent: 00-{TRACE[::-1]}-{SPAN}-00",), ()]
    with gateway.wire() as wire:
        answers = [wire.send(request("/jobs/fine-1", *line)).answer() for line in lines]
    traces = [trace_of(gateway.access_of(answer))[0] for answer in answers]
    assert traces == [TRACE, None, TRACE[::-1], None]


def test_a_request_that_breaks_the_grammar_has_its_trace_too(gateway):
    with gateway.wire() as wire:
        wire.send(request("/jobs/fine-1", f"traceparent: {TRACEPARENT}", "Content-Length: 1x"))
        assert trace_of(gateway.access_of(wire.answer())) == (TRACE, SPAN)
