"""The operators' listener: metrics that Prometheus can read and that count what happened, and the probes."""

import math
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from gateway import BINARY, REPOSITORY, upstream_at
from metrics import families, metric
from problems import assert_problem
from promtool import promtool
from timeouts import eventually
from wire import Wire, request

REQUESTS = "transcribe_gateway_requests_total"
OUTCOMES = "transcribe_gateway_request_duration_seconds_count"


def test_prometheus_reads_the_page(gateway):
    gateway.get("/jobs/fine-1")
    eventually(lambda: metric(gateway, REQUESTS, status="200") == 1)
    answer = gateway.ask_admin("/metrics")
    assert answer.fields["content-type"].startswith("text/plain; version=0.0.4")
    found = families(gateway)
    assert all(family.documentation and family.type != "unknown" for family in found.values())
    assert all(name.startswith(("transcribe_gateway_", "process_")) for name in found)
    buckets = [sample for sample in found["transcribe_gateway_request_duration_seconds"].samples
               if sample.name.endswith("_bucket") and {"outcome": "miss", "route": "job"}.items() <= sample.labels.items()]
    assert [sample.value for sample in buckets] == sorted(sample.value for sample in buckets)
    assert buckets[-1].labels["le"] == "+Inf" and buckets[-1].value == 1


def test_promtool_finds_nothing_to_improve(gateway):
    for target in ["/jobs/fine-1", "/jobs/missing-1", "/jobs/denied-1", "/nowhere"]:
        gateway.get(target)
    assert promtool("check", "metrics", given=gateway.ask_admin("/metrics").body.decode()) == ""


def test_labels_have_few_values(gateway):
    before = series(gateway)
    for number in range(20):
        gateway.get(f"/jobs/fine-{number}")
        gateway.get(f"/jobs/fine-1?unknown-{number}=1", f"User-Agent: {number}")
    assert series(gateway) == before


def test_requests_are_counted_by_outcome_and_status(serve):
    gateway = serve({"limits.client.rate": "1/m", "limits.client.burst": 9})
    targets = {
        "/jobs/fine-1": ("miss", 200), "/jobs/fine-1?view=full": ("hit", 200), "/jobs/missing-1": ("miss", 404),
        "/jobs/%2e": ("refused", 400), "/nowhere": ("refused", 404), "/jobs/notjson-1": ("failed", 502),
    }
    for target, (outcome, status) in targets.items():
        assert_counts(gateway, outcome, status, lambda: gateway.get(target))
    known = []
    assert_counts(gateway, "hit", 200, lambda: known.append(gateway.get("/jobs/fine-1").fields["etag"]))
    assert_counts(gateway, "hit", 304, lambda: gateway.get("/jobs/fine-1", f"If-None-Match: {known[0]}"))
    assert_counts(gateway, "refused", 400, lambda: gateway.get("/jobs/fine-1", "X-Spaced : a"))
    assert_counts(gateway, "limited", 429, lambda: gateway.get("/jobs/fine-1"))
    assert_counts(gateway, "limited", 429, lambda: gateway.get("/jobs/fine-1", "X-Spaced : a"))
    assert metric(gateway, OUTCOMES, outcome="collapsed") == 0


def test_gauges_follow_what_is_there(gateway):
    assert metric(gateway, "transcribe_gateway_cache_entries") == 0
    with gateway.wire() as wire:
        wire.send(request("/jobs/fine-1")).answer()
        assert metric(gateway, "transcribe_gateway_connections") == 1
    assert metric(gateway, "transcribe_gateway_cache_entries") == 1
    assert metric(gateway, "transcribe_gateway_cache_bytes") > 0
    assert metric(gateway, "transcribe_gateway_waiting_requests") == 0
    assert metric(gateway, "transcribe_gateway_upstream_in_flight") == 0


def test_probes(gateway):
    alive, ready = gateway.ask_admin("/livez"), gateway.ask_admin("/readyz")
    assert (alive.status, ready.status, ready.json) == (
        200, 200, {"status": "ready", "credentials": {"source": "environment"}})
    assert alive.fields["cache-control"] == ready.fields["cache-control"] == "no-store"
    assert gateway.ask_admin("/livez", method="HEAD").status == 200


@pytest.mark.parametrize("target, word", [("/livez", b"alive\n"), ("/readyz", b"ready\n")])
def test_public_probes(serve, target, word):
    gateway = serve({"clients.allow": "192.0.2.1", "limits.client.rate": "1/m", "limits.client.burst": 1})
    for method in ["GET", "HEAD"] * 3:
        with gateway.wire() as wire:
            answer = wire.send(request(target, method=method, host="10.1.2.3")).answer(to_head=method == "HEAD")
        assert (answer.status, answer.fields["content-type"]) == (200, "text/plain; charset=utf-8")
        assert answer.body == (word if method == "GET" else b"")
        assert int(answer.fields["content-length"]) == len(word)
    assert gateway.get("/nowhere").status == 403
    eventually(lambda: metric(gateway, REQUESTS) == 1)
    assert len(gateway.accesses) == 1
    assert metric(gateway, "transcribe_gateway_probes_total", path=target, status="200") == 6


@pytest.mark.parametrize("target, method, status", [
    ("/jobs/fine-1", "GET", 404), ("/", "GET", 404), ("/livez/", "GET", 404), ("/metrics", "POST", 405),
])
def test_the_operators_listener_has_nothing_else(gateway, target, method, status):
    assert_problem(gateway.ask_admin(target, method=method), status)


@pytest.mark.parametrize("target", ["/metrics", "/cache"])
def test_the_public_listener_has_nothing_of_it(gateway, target):
    assert_problem(gateway.get(target), 404)


def test_the_operators_listener_checks_the_host(gateway):
    with Wire(gateway.admin_port) as wire:
        assert_problem(wire.send(request("/metrics", host="rebound.example")).answer(), 421, "wrong-host")


def test_the_page_says_what_runs_and_what_it_takes(gateway):
    assert metric(gateway, "transcribe_gateway_build_info", version=version("transcribe-gateway")) == 1
    assert metric(gateway, "transcribe_gateway_build_info", libcurl=version("libcurl")) == 1
    [seconds] = [metric(gateway, "process_start_time_seconds")]
    assert time.time() - 60 < seconds <= time.time() + 1
    folder = Path(f"/proc/{gateway.process.pid}")
    # A pool may start or end a thread in between.
    assert abs(metric(gateway, "process_threads") - len(list((folder / "task").iterdir()))) <= 3
    # The page is read through a connection, and an operator's client may have another.
    assert 0 <= metric(gateway, "process_open_fds") - len(list((folder / "fd").iterdir())) <= 2
    resident = int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    assert 0.8 < metric(gateway, "process_resident_memory_bytes") / resident < 1.25
    before = metric(gateway, "process_cpu_seconds_total")
    for _ in range(2000):
        gateway.get("/jobs/fine-1")
        if metric(gateway, "process_cpu_seconds_total") > before:
            break
    assert 0 < metric(gateway, "process_cpu_seconds_total") - before < 5
    assert metric(gateway, "process_max_fds") >= 1024


def version(name):
    text = subprocess.run([BINARY, "--version"], capture_output=True, check=True, text=True).stdout
    return re.search(rf"^{name} ([0-9][^ \n,]*)", text, re.MULTILINE)[1]


def test_the_credentials_and_readiness_are_told(gateway):
    assert metric(gateway, "transcribe_gateway_ready") == 1
    assert metric(gateway, "transcribe_gateway_credentials_expiration_timestamp_seconds") == math.inf
    assert metric(gateway, "transcribe_gateway_credentials_refresh_failing") == 0
    assert 0 <= time.time() - metric(gateway, "transcribe_gateway_credentials_last_refresh_timestamp_seconds") < 60


def test_calls_to_aws_are_timed_and_purges_counted(gateway):
    timed = "transcribe_gateway_upstream_call_duration_seconds_count"
    for target in ("/jobs/fine-1", "/jobs/missing-1", "/jobs/fine-1"):
        gateway.get(target)
    eventually(lambda: metric(gateway, timed, operation="job") == 2)
    assert metric(gateway, timed, operation="list") == 0
    for target in ("/cache/jobs/fine-1", "/cache/jobs/fine-1", "/cache"):
        assert gateway.ask_admin(target, method="DELETE").status == 204
    assert metric(gateway, "transcribe_gateway_purges_total", of="job") == 2
    assert metric(gateway, "transcribe_gateway_purges_total", of="all") == 1


def test_requests_are_counted_by_their_problem(gateway):
    for target, status, code in [("/jobs/fine-1", "200", "none"), ("/jobs/missing-1", "404", "job-not-found"),
                                 ("/nowhere", "404", "no-such-route")]:
        gateway.get(target)
        eventually(lambda: metric(gateway, REQUESTS, status=status, code=code) == 1)
    with gateway.wire() as wire:
        wire.send(b"GET / HTTP/3.0\r\n\r\n").rest()
    eventually(lambda: metric(gateway, REQUESTS, status="505", code="unsupported-feature") == 1)


def series(gateway):
    return {(sample.name, *sample.labels.items()) for family in families(gateway).values() for sample in family.samples}


def assert_counts(gateway, outcome, status, event):
    """The event moves the two counters of a request by one, and no others. An answer is counted when it has been sent."""
    def counts():
        return [metric(gateway, OUTCOMES, outcome=outcome), metric(gateway, OUTCOMES),
                metric(gateway, REQUESTS, status=str(status)), metric(gateway, REQUESTS)]
    before = counts()
    event()
    eventually(lambda: counts() == [count + 1 for count in before])


def test_the_operations_page_lists_every_metric(start, upstream):
    """With tracing, which has metrics where it is on."""
    gateway = start("serve", {}, upstream_at(upstream.port) | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"})
    section = (REPOSITORY / "deploy/OPERATIONS.md").read_text().split("## Metrics\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`([a-z_]+)", row)}
    shown = {
        family.name.removeprefix("transcribe_gateway_") + ("_total" if family.type == "counter" else "")
        for family in families(gateway).values()}
    assert listed == shown
