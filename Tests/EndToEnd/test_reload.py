"""SIGHUP: the configuration is read again while requests come, whole or not at all.

`LONG_TESTS=1` reloads a hundred times under a load of ten seconds.
"""

import json
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import UNLIMITED
from gateway import BINARY, clean_environment, run, upstream_at
from metrics import metric
from problems import assert_problem
from timeouts import eventually
from wire import Wire, request

RELOADS, SECONDS = (100, 10) if os.environ.get("LONG_TESTS") else (30, 2)
REFUSED = "the configuration was not put in force, so nothing has changed"


class Reloading:
    """A gateway with a configuration file that tests change."""

    def __init__(self, start, upstream, path, content, command="serve", settings=None):
        self.path = path
        self.write(content)
        given = {"limits.client.rate": 0} | (settings or {})
        environment = upstream_at(upstream.port) | {"GATEWAY_CONFIG": str(path)}
        self.gateway = start(command, given, environment)

    def write(self, content):
        """As a ConfigMap is replaced: whole."""
        beside = self.path.with_suffix(".new")
        beside.write_text(content if isinstance(content, str) else json.dumps(content))
        os.rename(beside, self.path)

    @property
    def ends(self):
        """How many reloads have ended."""
        return len([line for line in self.gateway.log if line["message"] in ("configuration reloaded", REFUSED)])

    def reload(self, content=None):
        """Reads the file again. Returns the log lines of that."""
        if content is not None:
            self.write(content)
        seen, ends = len(self.gateway.log), self.ends
        self.gateway.signal(signal.SIGHUP)
        eventually(lambda: self.ends > ends)
        return [line for line in self.gateway.log[seen:] if line["logger"] != "access"]


@pytest.fixture
def reloading(start, upstream, tmp_path):
    return lambda content, **others: Reloading(start, upstream, tmp_path / "gateway.json", content, **others)


def changes(lines):
    return {line["key"]: (line["old"], line["new"]) for line in lines if line["message"] == "setting changed"}


def fields_of(answer):
    return set(answer.json)


def test_each_class_of_keys(reloading, upstream):
    file = reloading({"limits.upstream.rate": 0, "cache.ttl.finished": "1h"}, settings={"log.level": "info"})
    gateway = file.gateway
    assert gateway.get("/jobs/fine-1").status == 200
    lines = file.reload({
        "limits.upstream.rate": "2/s", "limits.upstream.burst": 2, "limits.upstream.concurrency": 8,
        "cache.ttl.finished": "20s", "cache.clients": "no-store", "jobs.fields": ["name", "status"],
        "clients.trustedProxies": ["127.0.0.1"], "cors.origins": ["https://app.example"],
        "admin.hosts": "metrics.example", "watch.maxWait": "1s", "drain.timeout": "3s", "pages.recent": True,
        "upstream.attempts": 1, "listen.hosts": ["localhost", "other.example"],
    })
    assert changes(lines) == {
        "limits.upstream.rate": ("0", "2/s"), "limits.upstream.burst": ("15", "2"),
        "limits.upstream.concurrency": ("32", "8"), "cache.ttl.finished": ("1h", "20s"),
        "cache.clients": ("revalidate", "no-store"), "jobs.fields": ("all", "name,status"),
        "clients.trustedProxies": ("none", "127.0.0.1"), "cors.origins": ("none", "https://app.example"),
        "admin.hosts": ("none", "metrics.example"), "watch.maxWait": ("45s", "1s"), "drain.timeout": ("20s", "3s"),
        "pages.recent": ("false", "true"), "upstream.attempts": ("3", "1"),
        "listen.hosts": ("localhost,127.0.0.1,[::1]", "localhost,other.example"),
    }
    answer = gateway.get("/jobs/fine-1", "Origin: https://app.example")
    assert fields_of(answer) == {"name", "status"} and "hit" in answer.fields["cache-status"]
    assert answer.fields["access-control-allow-origin"] == "https://app.example"
    assert answer.fields["cache-control"] == "no-store"
    with gateway.wire() as wire:
        assert wire.send(request("/jobs/fine-1", host="other.example")).answer().status == 200
        assert wire.send(request("/jobs/fine-1", host="127.0.0.1")).answer().status == 421
    with Wire(gateway.admin_port) as wire:
        assert wire.send(request("/livez", host="metrics.example")).answer().status == 200
    assert gateway.get("/jobs/running-1?wait=20").fields["preference-applied"] == "wait=1"
    assert metric(gateway, "transcribe_gateway_upstream_concurrency") == 8
    assert metric(gateway, "transcribe_gateway_upstream_rate") == 2
    began = time.monotonic()
    gateway.get("/jobs/500-1")
    assert upstream.calls["500-1"] == 1 and time.monotonic() - began < 3
    forwarded = gateway.get("/jobs/fine-1", "X-Forwarded-For: 192.0.2.7")
    assert gateway.access_of(forwarded)["client.address"] == "192.0.2.7"


def test_a_client_keeps_what_it_has_taken(start, upstream, tmp_path):
    path = tmp_path / "gateway.json"
    path.write_text('{"limits": {"client": {"rate": "1/m", "burst": 3}}}')
    gateway = start("serve", {}, upstream_at(upstream.port) | {"GATEWAY_CONFIG": str(path)})
    for _ in range(3):
        assert gateway.get("/nowhere").status == 404
    assert gateway.get("/nowhere").status == 429
    path.write_text('{"limits": {"client": {"rate": "1/m", "burst": 5}}}')
    gateway.signal(signal.SIGHUP)
    gateway.wait_for_line(message="configuration reloaded")
    answers = [gateway.get("/nowhere") for _ in range(3)]
    assert [answer.status for answer in answers] == [404, 404, 429]
    assert answers[0].fields["ratelimit-policy"] == '"client";q=5;w=300'


def test_the_log_changes_its_level_and_shows_names_or_not(reloading):
    file = reloading({"log.level": "notice"})
    gateway = file.gateway
    gateway.get("/jobs/fine-1")
    # A line is written when the reply has ended.
    eventually(lambda: metric(gateway, "transcribe_gateway_requests_total", status="200") == 1)
    file.reload({"log.level": "info", "log.names": True})
    assert not gateway.accesses
    gateway.get("/jobs/fine-1")
    assert gateway.wait_for_line(logger="access", job="fine-1")
    lines = file.reload({"log.level": "error"})
    assert changes(lines) == {"log.level": ("info", "error"), "log.names": ("true", "false")}
    seen = len(gateway.accesses)
    gateway.get("/jobs/fine-1")
    file.write({"log.level": "info"})
    gateway.signal(signal.SIGHUP)
    eventually(lambda: file.ends >= 3)
    gateway.get("/jobs/fine-2")
    eventually(lambda: len(gateway.accesses) > seen)
    assert "fine-" not in json.dumps(gateway.accesses[seen:])


def test_a_configuration_with_mistakes_changes_nothing(reloading):
    file = reloading({"cache.ttl.finished": "1h"})
    gateway = file.gateway
    loaded = metric(gateway, "transcribe_gateway_config_last_reload_success_timestamp_seconds")
    assert abs(loaded - time.time()) < 60
    bad = {"cache.ttl.finished": "soon", "listen.threads": "x", "cors.orgins": "*", "cache.clients": "no-store"}
    lines = file.reload(bad)
    mistakes = [line["message"] for line in lines if line["level"] == "error"]
    checked = run("check", environment=upstream_at(1) | {"GATEWAY_CONFIG": str(file.path)})
    assert checked.returncode == 78 and checked.stderr.splitlines() == mistakes and len(mistakes) == 3
    assert not changes(lines) and REFUSED in [line["message"] for line in lines]
    assert gateway.get("/jobs/fine-1").fields["cache-control"] == "private, no-cache"
    assert reloads(gateway) == (0, 1, 0)
    for broken in ["{", "[]", ""]:
        assert [line["level"] for line in file.reload(broken)].count("error") == 1
    os.remove(file.path)
    assert any("does not exist" in line["message"] for line in file.reload())
    assert reloads(gateway) == (0, 5, 0)
    assert metric(gateway, "transcribe_gateway_config_last_reload_success_timestamp_seconds") == loaded
    file.reload({"cache.ttl.finished": "1h"})
    assert reloads(gateway) == (1, 5, 1)
    assert metric(gateway, "transcribe_gateway_config_last_reload_success_timestamp_seconds") > loaded


def reloads(gateway):
    name = "transcribe_gateway_reloads_total"
    return (
        metric(gateway, name, result="succeeded"), metric(gateway, name, result="refused"),
        metric(gateway, "transcribe_gateway_config_last_reload_successful"))


def test_keys_that_need_a_restart_keep_their_values_and_are_named(reloading):
    file = reloading({"cache.ttl.finished": "1h"})
    key = "a-key-of-thirty-two-bytes-or-more"
    lines = file.reload({
        "listen.threads": 3, "cache.capacity": "1MiB", "log.nameKey": key, "admin.purge": True, "listen.idleTimeout": "9s"
    })
    assert changes(lines) == {"admin.purge": ("false", "true"), "cache.ttl.finished": ("1h", "10m")}
    [warning] = [line for line in lines if line["level"] == "warning"]
    assert warning["message"] == "these settings keep their values until the next start"
    assert warning["keys"] == "listen.threads listen.idleTimeout cache.capacity log.nameKey"
    assert key not in json.dumps(file.gateway.log)
    # They are named as long as they differ from what is in force.
    assert [line["keys"] for line in file.reload() if line["level"] == "warning"] == [warning["keys"]]
    assert not [line for line in file.reload({}) if line["level"] == "warning"]


def test_a_mistake_in_a_key_that_needs_a_restart_is_one(reloading):
    file = reloading({})
    lines = file.reload({"listen.threads": 0, "cache.clients": "no-store"})
    assert [line["level"] for line in lines].count("error") == 1 and not changes(lines)


def test_options_win_over_the_file(reloading):
    file = reloading({}, settings={"cache.clients": "no-store"})
    assert not changes(file.reload({"cache.clients": "max-age"}))
    assert file.gateway.get("/jobs/fine-1").fields["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["-", "/dev/fd/{}"])
def test_what_can_be_read_only_once_is_not_read_again(upstream, path):
    reader, writer = os.pipe()
    os.write(writer, b'{"cache.clients": "no-store", "listen.port": 0, "admin.port": 0, "log.format": "json"}')
    os.close(writer)
    process = subprocess.Popen(
        [BINARY, "serve", "--config", path.format(reader)], env=clean_environment(upstream_at(upstream.port)),
        stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[reader])
    os.close(reader)
    lines = map(json.loads, process.stdout)
    next(line for line in lines if line["message"] == "listening")
    process.send_signal(signal.SIGHUP)
    error = next(line for line in lines if line["level"] == "error")
    assert "can be read only once; start again, or name a file with --config." in error["message"]
    assert next(lines)["message"] == REFUSED
    process.terminate()
    assert process.wait(20) == 0


def test_members_that_are_allowed_no_more_are_not_shown_to_those_that_watch(reloading):
    file = reloading({"limits.upstream.rate": 0})
    gateway = file.gateway
    job = gateway.get("/jobs/running-1")
    with gateway.wire(timeout=20) as stream, gateway.wire(timeout=20) as narrow, gateway.wire(timeout=20) as wait:
        stream.send(request("/jobs/running-1/events")).head()
        assert b"createdAt" in stream.chunk()
        narrow.send(request("/jobs/running-1/events?fields=status")).head()
        assert b"event: job" in narrow.chunk()
        wait.send(request("/jobs/running-1?wait=20"))
        eventually(lambda: metric(gateway, "transcribe_gateway_watchers") == 3)
        file.reload({"limits.upstream.rate": 0, "jobs.fields": "name,status"})
        assert stream.chunk() == b""
        assert fields_of(wait.answer()) == {"name", "status"}
        assert metric(gateway, "transcribe_gateway_watchers") == 1
    again = gateway.get("/jobs/running-1", f"If-None-Match: {job.fields['etag']}")
    assert again.status == 200 and fields_of(again) == {"name", "status"}
    assert_problem(gateway.get("/jobs/running-1?fields=createdAt"), 400)


def test_clients_that_are_answered_no_more_neither_watch_nor_wait(reloading):
    file = reloading({"log.names": True})
    gateway = file.gateway
    with gateway.wire(timeout=20) as stream, gateway.wire(timeout=20) as wait:
        stream.send(request("/jobs/running-1/events")).head()
        assert b"event: job" in stream.chunk()
        wait.send(request("/jobs/running-1?wait=30"))
        eventually(lambda: metric(gateway, "transcribe_gateway_watchers") == 2)
        begun = time.monotonic()
        file.reload({"log.names": False, "clients.allow": "192.0.2.0/24"})
        assert stream.chunk() == b""
        assert_problem(wait.answer(), 403)
        assert time.monotonic() - begun < 10
        eventually(lambda: metric(gateway, "transcribe_gateway_watchers") == 0)
    lines = [gateway.wait_for_line(message="request", outcome=outcome) for outcome in ("watched", "refused")]
    assert all(line["job"] != "running-1" for line in lines)


def test_a_new_rate_gives_no_burst(reloading, upstream):
    file = reloading({"limits.upstream.rate": "4/s", "limits.upstream.burst": 4, "upstream.timeout": "1s"})
    for number in range(4):
        assert file.gateway.get(f"/jobs/fine-{number}").status == 200
    file.reload({"limits.upstream.rate": "5/s", "limits.upstream.burst": 5, "upstream.timeout": "1s"})
    for number in range(4, 10):
        file.gateway.get(f"/jobs/fine-{number}")
    assert upstream.most_calls_within(1.0) <= 5


def test_credentials_are_refreshed_and_kept_where_that_fails(start, upstream, tmp_path):
    path = tmp_path / "credentials"
    path.write_text("[default]\naws_access_key_id = AKIDOLD\naws_secret_access_key = a-secret-of-the-tests\n")
    variables = upstream_at(upstream.port) | {"AWS_SHARED_CREDENTIALS_FILE": str(path), "AWS_PROFILE": "default"}
    del variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
    gateway = start("serve", UNLIMITED, variables)
    upstream.keys = {"AKIDOLD", "AKIDNEW"}
    refreshed = lambda: [line["message"] for line in gateway.log].count("credentials refreshed")
    eventually(lambda: refreshed() == 1)
    path.write_text("[default]\naws_access_key_id = AKIDNEW\naws_secret_access_key = a-secret-of-the-tests\n")
    gateway.signal(signal.SIGHUP)
    eventually(lambda: refreshed() == 2)
    upstream.keys = {"AKIDNEW"}
    assert gateway.get("/jobs/fine-1").status == 200 and upstream.calls["fine-1"] == 1, "signed with the new key at once"
    os.remove(path)
    gateway.signal(signal.SIGHUP)
    gateway.wait_for_line(message="credentials could not be refreshed; the old ones stay in use")
    assert gateway.get("/jobs/fine-2").status == 200 and gateway.ask_admin("/readyz").status == 200


def test_no_request_fails_while_the_configuration_is_reloaded_again_and_again(reloading, upstream):
    upstream.listed = []
    contents = [
        {"cache.ttl.finished": "100ms", "limits.upstream.rate": 0, "jobs.fields": "name,status"},
        {"cache.ttl.finished": "1h", "limits.upstream.rate": "900/s", "limits.upstream.burst": 900,
         "limits.client.burst": 90000, "cache.clients": "max-age", "limits.upstream.concurrency": 64},
    ]
    file = reloading(contents[0], settings={"log.level": "notice"})
    clients = [Client(file.gateway.port, number) for number in range(4)]
    for client in clients:
        client.start()
    began = time.monotonic()
    for number in range(RELOADS):
        file.reload(contents[(number + 1) % 2])
        time.sleep(max(0, began + SECONDS * (number + 1) / RELOADS - time.monotonic()))
    for client in clients:
        client.stop()
    assert sum(client.answers for client in clients) > 20 * RELOADS
    assert [client.failures for client in clients] == [[]] * len(clients)
    assert reloads(file.gateway) == (RELOADS, 0, 1)


class Client(threading.Thread):
    """Asks for one job after another, cached ones and others, and reads every answer whole."""

    def __init__(self, port, number):
        super().__init__(daemon=True)
        self.port, self.number = port, number
        self.answers, self.failures, self.is_over = 0, [], False

    def run(self):
        with Wire(self.port, 20) as wire:
            while not self.is_over:
                self.answers += 1
                names = [f"fine-{self.number}", "fine-all", f"fine-{self.number}-{self.answers // 10}"]
                answer = wire.send(request(f"/jobs/{names[self.answers % 3]}")).answer()
                members = set(answer.json)
                if answer.status != 200 or not ({"name", "status"} == members or {"done", "createdAt"} < members):
                    self.failures.append((answer.status, members))

    def stop(self):
        self.is_over = True
        self.join(20)


def test_signals_at_once_and_during_the_start_and_the_stop(reloading):
    file = reloading({}, settings={"drain.delay": "1s", "log.level": "info"})
    for _ in range(20):
        file.gateway.signal(signal.SIGHUP)
    eventually(lambda: file.ends >= 1)
    assert file.gateway.get("/jobs/fine-1").status == 200
    file.gateway.signal()
    file.gateway.wait_for_line(message="stopping, because a signal came")
    ends = file.ends
    file.gateway.signal(signal.SIGHUP)
    file.gateway.wait_for_line(message="the configuration is not read again, because the gateway is stopping")
    assert file.gateway.end() == 0 and file.ends == ends


def test_a_signal_during_the_start_takes_effect_after_it(upstream, tmp_path):
    """The source of the credentials is an address that never answers: the start takes 2.5 s."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = tmp_path / "gateway.json"
        path.write_text('{"cache": {"clients": "revalidate"}, "listen.port": 0, "admin.port": 0, "log.format": "json"}')
        variables = upstream_at(upstream.port) | {
            "GATEWAY_CONFIG": str(path),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{silent.getsockname()[1]}/"}
        del variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
        process = subprocess.Popen(
            [BINARY, "serve"], env=clean_environment(variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
        silent.accept()
        path.write_text('{"cache": {"clients": "no-store"}, "listen.port": 0, "admin.port": 0, "log.format": "json"}')
        process.send_signal(signal.SIGHUP)
        lines = map(json.loads, process.stdout)
        assert next(line for line in lines if line["message"] == "setting changed")["key"] == "cache.clients"
        process.terminate()
        assert process.wait(20) == 0


def test_the_service_manager_is_told(start, upstream, tmp_path):
    path = tmp_path / "gateway.json"
    path.write_text("{}")
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(10)
        variables = upstream_at(upstream.port) | {"GATEWAY_CONFIG": str(path), "NOTIFY_SOCKET": address}
        gateway = start("serve", {}, variables)
        assert manager.recv(4096).startswith(b"READY=1\n")
        for content in ['{"cache.clients": "no-store"}', "{"]:
            path.write_text(content)
            gateway.signal(signal.SIGHUP)
            assert manager.recv(4096).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert manager.recv(4096).startswith(b"READY=1\n")


def test_the_demonstration_reloads_too(start, tmp_path):
    path = tmp_path / "gateway.json"
    path.write_text("{}")
    gateway = start("demo", None, {"GATEWAY_CONFIG": str(path)})
    path.write_text('{"jobs.fields": "name,status"}')
    gateway.signal(signal.SIGHUP)
    gateway.wait_for_line(message="configuration reloaded")
    assert fields_of(gateway.get("/jobs/visit-42")) == {"name", "status"}


def test_check_says_which_keys_need_a_restart():
    report = run("check", environment=upstream_at(1)).stdout.splitlines()
    marked = {line.split()[0] for line in report if line.endswith("; restart)")}
    assert {"listen.port", "cache.capacity", "log.nameKey"} <= marked
    assert not marked & {"limits.client.rate", "jobs.fields", "log.level"}
