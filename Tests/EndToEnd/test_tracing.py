"""Traces: what a `traceparent` does, and the spans that a collector gets."""

import re
import time

import pytest

from collector import Collector, texts
from conftest import UNLIMITED
from gateway import run, upstream_at
from metrics import metric
from timeouts import eventually
from wire import request

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


def trace_of(line):
    return line.get("trace_id"), line.get("span_id")


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


@pytest.mark.parametrize("line", ["Content-Length: 1x", "Expect: nothing", "Host: another.example"])
def test_a_request_that_breaks_the_grammar_has_its_trace_too(gateway, line):
    with gateway.wire() as wire:
        wire.send(request("/jobs/fine-1")).answer()  # The connection remembers nothing of it.
        wire.send(request("/jobs/fine-1", f"traceparent: {TRACEPARENT}", line))
        assert trace_of(gateway.access_of(wire.answer())) == (TRACE, SPAN)


# Spans


@pytest.fixture
def collector():
    server = Collector()
    yield server
    server.close()


@pytest.fixture
def trace(start, upstream, collector):
    """Starts a gateway that sends its spans soon after they have ended."""
    def trace(settings=None, **variables):
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "20"} | variables
        return start("serve", UNLIMITED | (settings or {}), upstream_at(upstream.port) | environment)
    return trace


def spans_of(collector, count):
    eventually(lambda: len(collector.spans) >= count)
    assert len(collector.spans) == count
    return sorted(collector.spans, key=lambda span: (span.kind, span.start_time_unix_nano))


def test_a_miss_has_a_span_below_its_client_s_and_one_for_the_call(trace, collector):
    gateway = trace({"log.nameKey": "a key of sixteen"})
    before = time.time_ns()
    answer = gateway.get("/jobs/fine-visit-42?view=full", f"traceparent: {TRACEPARENT}", "tracestate: congo=t61,rojo=00f")
    line = gateway.access_of(answer)
    request_span, call = spans_of(collector, 2)
    assert request_span.trace_id.hex() == call.trace_id.hex() == TRACE == line["trace_id"]
    assert request_span.parent_span_id.hex() == SPAN and call.parent_span_id == request_span.span_id
    assert request_span.span_id.hex() == line["span_id"]
    assert (request_span.name, call.name) == ("GET /jobs/{name}", "Transcribe.GetMedicalTranscriptionJob")
    assert (request_span.kind, call.kind) == (2, 3) and request_span.trace_state == "congo=t61,rojo=00f"
    assert (request_span.flags, call.flags) == (0x301, 0x101)
    assert before <= request_span.start_time_unix_nano <= call.start_time_unix_nano
    assert call.start_time_unix_nano < call.end_time_unix_nano <= request_span.end_time_unix_nano <= time.time_ns()
    assert request_span.status.code == call.status.code == 0 and not request_span.links
    assert texts(request_span) == {
        "http.request.method": "GET", "url.scheme": "http", "http.route": "/jobs/{name}", "client.address": "127.0.0.1",
        "server.address": "localhost", "http.response.status_code": 200, "transcribe_gateway.outcome": "miss",
        "transcribe_gateway.job": line["job"]}
    assert texts(call) == {
        "rpc.system": "aws-api", "rpc.service": "Transcribe", "rpc.method": "GetMedicalTranscriptionJob",
        "http.response.status_code": 200, "aws.request_id": "fake-1", "transcribe_gateway.attempt": 1,
        "transcribe_gateway.job": line["job"]}


def test_a_batch_names_the_service_and_goes_where_it_is_told(trace, collector):
    gateway = trace(
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{collector.url}/a/b", OTEL_EXPORTER_OTLP_HEADERS="x-key=a%20secret",
        OTEL_SERVICE_NAME="jobs", OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=a%2Cb,service.name=other")
    gateway.get("/")
    spans_of(collector, 1)
    gateway.wait_for_line(message="tracing", collector=f"{collector.url}/a/b")
    batch = collector.batches[0]
    assert batch.path == "/a/b" and batch.fields["x-key"] == "a secret"
    assert batch.fields["User-Agent"].startswith("transcribe-gateway/")
    resource = batch.document.resource_spans[0]
    found = texts(resource.resource)
    assert found.pop("service.version") and found.pop("telemetry.sdk.version")
    assert found == {
        "service.name": "jobs", "deployment.environment.name": "a,b", "telemetry.sdk.name": "transcribe-gateway",
        "telemetry.sdk.language": "swift"}
    assert resource.scope_spans[0].scope.name == "transcribe-gateway"
    assert gateway.stop() == 0
    assert "secret" not in "".join(gateway.output + gateway.errors)


def test_a_request_that_joined_a_fetch_is_linked_to_its_call(trace, collector, upstream):
    gateway = trace()
    with gateway.wire() as first, gateway.wire() as second, gateway.wire() as third:
        first.send(request("/jobs/slow-1", f"traceparent: {TRACEPARENT}"))
        eventually(lambda: upstream.calls["slow-1"] == 1)
        second.send(request("/jobs/slow-1"))
        third.send(request("/jobs?name=slow-1,fine-1", f"traceparent: 00-{TRACE[::-1]}-{SPAN}-01"))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == 3)
        eventually(lambda: len(collector.spans) == 1)
        upstream.gate.set()
        for wire in (first, second, third):
            assert wire.answer().status == 200
    spans = {(span.name, span.trace_id.hex()): span for span in spans_of(collector, 5)}
    call = spans["Transcribe.GetMedicalTranscriptionJob", TRACE]
    leading = spans["GET /jobs/{name}", TRACE]
    batch = spans["GET /jobs", TRACE[::-1]]
    own = spans["Transcribe.GetMedicalTranscriptionJob", TRACE[::-1]]
    joined = next(span for (name, trace_id), span in spans.items() if trace_id not in (TRACE, TRACE[::-1]))
    place = (call.trace_id, call.span_id)
    assert call.parent_span_id == leading.span_id and own.parent_span_id == batch.span_id and not leading.links
    assert [(link.trace_id, link.span_id) for link in joined.links] == [place]
    assert [(link.trace_id, link.span_id) for link in batch.links] == [place]
    assert not joined.parent_span_id and texts(joined)["transcribe_gateway.outcome"] == "collapsed"
    assert texts(batch)["transcribe_gateway.names"] == 2 and "transcribe_gateway.job" not in texts(batch)


def test_each_attempt_has_a_span_and_an_error_says_which(trace, collector):
    gateway = trace({"upstream.attempts": 2})
    assert gateway.get("/jobs/flaky-1-1").status == 200
    answer, *calls = spans_of(collector, 3)
    assert [texts(call).get("error.type") for call in calls] == ["upstream_failed", None]
    assert [texts(call)["http.response.status_code"] for call in calls] == [500, 200]
    assert [texts(call)["transcribe_gateway.attempt"] for call in calls] == [1, 2]
    assert [call.status.code for call in calls] == [2, 0] and answer.status.code == 0
    assert {call.parent_span_id for call in calls} == {answer.span_id} and calls[0].span_id != calls[1].span_id


@pytest.mark.parametrize("target, method, name, status, problem, is_error", [
    ("/jobs/500-1", "GET", "GET /jobs/{name}", 502, "upstream-failed", True),
    ("/jobs/missing-1", "GET", "GET /jobs/{name}", 404, "job-not-found", False),
    ("/jobs/a%00", "GET", "GET", 400, "invalid-job-name", False),
    ("/nowhere", "POST", "POST", 404, "no-such-route", False),
    ("/jobs/fine-1", "PATIENT", "HTTP", 405, "method-not-allowed", False),
])
def test_a_span_says_what_was_wrong(trace, collector, target, method, name, status, problem, is_error):
    gateway = trace({"upstream.attempts": 1})
    assert gateway.get(target, method=method).status == status
    span = spans_of(collector, 2 if "JOBS" in name.upper() and status != 405 else 1)[0]
    assert (span.name, texts(span)["error.type"]) == (name, problem)
    assert texts(span)["http.response.status_code"] == status and (span.status.code == 2) == is_error


def young():
    """A job that has just begun, which is asked for often."""
    return {"TranscriptionJobStatus": "IN_PROGRESS", "CreationTime": time.time(), "StartTime": time.time()}


def test_polls_of_watched_jobs_have_traces_of_their_own_and_a_stream_ends_when_it_ends(trace, collector, upstream):
    gateway = trace({"cache.ttl.running": "1s", "watch.list": "off"})
    upstream.members["a"] = young()
    with gateway.wire() as wait, gateway.wire() as stream:
        stream.send(request("/jobs/a/events", f"traceparent: {TRACEPARENT}", "Connection: close"))
        wait.send(request("/jobs/a?wait=30", f"traceparent: 00-{TRACE[::-1]}-{SPAN}-01"))
        eventually(lambda: upstream.calls["a"] >= 2, within=10)
        upstream.members["a"] = {}
        assert wait.answer().status == 200
        stream.rest()
    eventually(lambda: {"GET /jobs/{name}", "GET /jobs/{name}/events"} <= {span.name for span in collector.spans})
    requests = {span.name: span for span in collector.spans if span.kind == 2}
    calls = [span for span in collector.spans if span.kind == 3]
    for span in requests.values():
        assert span.end_time_unix_nano - span.start_time_unix_nano > 900_000_000
        assert texts(span)["transcribe_gateway.outcome"] == "watched"
    polls = [call for call in calls if not call.parent_span_id]
    assert len(polls) >= 2 and len({poll.trace_id for poll in polls}) == len(polls)
    assert not {poll.trace_id.hex() for poll in polls} & {TRACE, TRACE[::-1]}
    # Both were told of the change by the last poll.
    last = max(polls, key=lambda poll: poll.end_time_unix_nano)
    for span in requests.values():
        assert span.links[-1].span_id == last.span_id and span.links[-1].trace_id == last.trace_id


def test_probes_have_no_span(trace, collector):
    gateway = trace()
    for target in "/livez", "/readyz":
        assert gateway.get(target, f"traceparent: {TRACEPARENT}").status == 200
    gateway.get("/")
    assert gateway.stop() == 0
    assert [span.name for span in collector.spans] == ["GET /"]


def test_the_list_of_running_jobs_has_a_span(trace, collector, upstream):
    gateway = trace({"cache.ttl.running": "1s", "watch.list": "on", "watch.listFrom": 1})
    upstream.members["a"] = young()
    with gateway.wire() as wire:
        wire.send(request("/jobs/a?wait=20"))
        name = "Transcribe.ListMedicalTranscriptionJobs"
        eventually(lambda: name in {span.name for span in collector.spans}, within=15)
        span = next(span for span in collector.spans if span.name == name)
        assert texts(span)["rpc.method"] == "ListMedicalTranscriptionJobs" and texts(span)["aws.request_id"] == "fake-1"
        assert not span.parent_span_id and "transcribe_gateway.job" not in texts(span)


@pytest.mark.parametrize("sampler, ratio, expected", [
    (None, None, [True, True, False]), ("always_on", None, [True, True, True]),
    ("always_off", None, [False, False, False]), ("parentbased_always_off", None, [False, True, False]),
    ("traceidratio", "0", [False, False, False]), ("parentbased_traceidratio", "0", [False, True, False]),
])
def test_the_sampler_decides(trace, collector, sampler, ratio, expected):
    chosen = {"OTEL_TRACES_SAMPLER": sampler, "OTEL_TRACES_SAMPLER_ARG": ratio}
    gateway = trace(**{name: value for name, value in chosen.items() if value})
    for lines in [], [f"traceparent: {TRACEPARENT}"], [f"traceparent: {TRACEPARENT[:-2]}00"]:
        gateway.get("/", *lines)
    assert gateway.stop() == 0
    assert len(collector.spans) == sum(expected)
    sampled = [span.parent_span_id.hex() for span in collector.spans]
    assert sampled.count("") == expected[0] and sampled.count(SPAN) == expected[1] + expected[2]


PATIENT = "Jane.Doe-1970"


@pytest.mark.parametrize("names", ["false", "true"])
def test_no_span_names_a_job(trace, collector, names):
    gateway = trace({"log.names": names, "listen.hosts": "*", "cache.ttl.running": "1s"})
    for target in ["{}", "missing-{}", "500-{}", "denied-{}", "wrong-{}", "{}?fields={}", "{}/events", "a%00{}", "{}/{}",
                   "{}?{}={}", "?name={},fine-{}", "running-{}?wait=1"]:
        for method in "GET", "HEAD":
            with gateway.wire() as wire:
                wire.send(request(f"/jobs/{target}".replace("{}", PATIENT), f"traceparent: {TRACEPARENT}",
                                  f"X-Request-Id: {PATIENT}", f"User-Agent: {PATIENT}", "Connection: close", method=method,
                                  host=f"{PATIENT}.example"))
                wire.rest()
    gateway.get(f"/{PATIENT}", method=PATIENT.replace(".", ""))
    assert gateway.stop() == 0
    assert len(collector.spans) > 30
    said = b"".join(batch.content for batch in collector.batches).lower()
    assert PATIENT.lower().encode() not in said and b"s3" not in said
    assert not re.search(rb"jane|1970-", said)


# A collector in trouble


def lines_of(gateway):
    return [line for line in gateway.log if "spans" in line["message"]]


def counts(gateway):
    return [metric(gateway, f"transcribe_gateway_{name}") for name in
            ("spans_exported_total", "spans_dropped_total", "span_exports_failed_total")]


def test_a_collector_that_is_down_is_told_once_and_again_when_it_works(trace, collector):
    port = collector.port
    collector.close()
    gateway = trace()
    for _ in range(20):
        assert gateway.get("/jobs/fine-1").status == 200
    gateway.wait_for_line(level="warning", reason="the connection could not be made")
    back = Collector(port)
    try:
        gateway.wait_for_line(message="spans are exported again", within=15)
        eventually(lambda: len(back.spans) == 21)
    finally:
        back.close()
    assert len(lines_of(gateway)) == 2 and counts(gateway) == [21, 0, 0]


def test_requests_do_not_wait_for_a_slow_collector_and_the_queue_is_bounded(trace, collector):
    collector.delay = 3
    gateway = trace(OTEL_BSP_MAX_QUEUE_SIZE="10", OTEL_BSP_MAX_EXPORT_BATCH_SIZE="5")
    begin = time.monotonic()
    with gateway.wire() as wire:
        for _ in range(100):
            assert wire.send(request("/")).answer().status == 200
    # Each would wait for three seconds.
    assert time.monotonic() - begin < 60
    eventually(lambda: counts(gateway)[1] >= 80)
    assert metric(gateway, "transcribe_gateway_spans_dropped_total", reason="queue_full") == counts(gateway)[1]
    collector.delay = 0
    eventually(lambda: sum(counts(gateway)[:2]) == 100, within=15)
    assert not lines_of(gateway)


def test_a_batch_comes_back_when_the_collector_says(trace, collector):
    collector.answers = [(503, {"Retry-After": 2}), 429, 200]
    gateway = trace()
    gateway.get("/")
    gateway.wait_for_line(message="spans are exported again")
    first, second, third = [batch.at for batch in collector.batches]
    assert 1.9 < second - first < 4 and 0.4 < third - second < 4
    assert len({batch.content for batch in collector.batches}) == 1 and counts(gateway) == [1, 0, 0]
    assert [line.get("reason") for line in lines_of(gateway)] == ["status 503", None]


def test_a_batch_that_is_refused_is_not_sent_again(trace, collector):
    collector.answers = [400, 200]
    gateway = trace()
    gateway.get("/")
    eventually(lambda: counts(gateway) == [0, 1, 1])
    gateway.get("/docs")
    eventually(lambda: counts(gateway) == [1, 1, 1])
    assert [span.name for span in collector.spans] == ["GET /", "GET /docs"]
    assert [line.get("reason") for line in lines_of(gateway)] == ["status 400", None]


def test_the_last_spans_are_sent_at_the_stop(trace, collector):
    gateway = trace(OTEL_BSP_SCHEDULE_DELAY="3600000")
    gateway.get("/jobs/fine-1")
    gateway.get("/")
    assert not collector.spans
    assert gateway.stop() == 0
    assert [span.name for span in collector.spans] == [
        "Transcribe.GetMedicalTranscriptionJob", "GET /jobs/{name}", "GET /"]


@pytest.mark.parametrize("answer, delay", [(200, 30), ((503, {"Retry-After": 30}), 0)])
def test_a_stop_does_not_wait_for_a_collector_in_trouble(trace, collector, answer, delay):
    collector.answers, collector.delay = [answer], delay
    gateway = trace()
    gateway.get("/")
    eventually(lambda: collector.batches)
    begin = time.monotonic()
    assert gateway.stop() == 0
    # The two seconds that it has, and what a stop takes on a busy machine.
    assert time.monotonic() - begin < 10


def test_a_stop_with_a_collector_that_works_takes_no_longer_than_without_one(trace, serve, collector):
    def time_to_stop(gateway):
        gateway.get("/")
        begin = time.monotonic()
        assert gateway.stop() == 0
        return time.monotonic() - begin
    assert min(time_to_stop(trace()) for _ in range(3)) < min(time_to_stop(serve()) for _ in range(3)) + 1.5


# Settings


def test_nothing_runs_without_an_endpoint(serve):
    gateway = serve()
    assert b"spans" not in gateway.ask_admin("/metrics").body


@pytest.mark.parametrize("variables, words", [
    ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, 'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc", but must be http/json.'),
    ({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"}, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is"),
    ({"OTEL_TRACES_SAMPLER": "xray"}, "OTEL_TRACES_SAMPLER is"),
    ({"OTEL_EXPORTER_OTLP_HEADERS": "secret"}, "OTEL_EXPORTER_OTLP_HEADERS has a value (secret, not shown here)"),
])
@pytest.mark.parametrize("command", ["serve", "check", "demo"])
def test_a_bad_variable_is_refused_by_name(command, variables, words):
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"} | variables
    result = run(command, "--set", "listen.port=0", "--set", "admin.port=0", environment=upstream_at(1) | variables)
    assert result.returncode == 78 and words in result.stderr and "=secret" not in result.stderr


def test_check_shows_what_is_in_force():
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_EXPORTER_OTLP_HEADERS": "a=hidden",
                 "OTEL_LOGS_EXPORTER": "otlp"}
    result = run("check", environment=upstream_at(1) | variables)
    rows = {line.split("=")[0].strip(): line.split("=", 1)[1].split("   ")[0].strip() for line in result.stdout.splitlines()}
    assert result.returncode == 0 and "hidden" not in result.stdout
    assert rows["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector:4318"
    assert rows["OTEL_EXPORTER_OTLP_HEADERS"] == "(secret)" and rows["OTEL_LOGS_EXPORTER"] == "(ignored)"
    assert rows["OTEL_BSP_SCHEDULE_DELAY"] == "5000" and rows["OTEL_TRACES_SAMPLER"] == "parentbased_always_on"
