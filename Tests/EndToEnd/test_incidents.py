"""Ten incidents, each made to happen: metrics, log and alerts tell them as deploy/OPERATIONS.md says."""

import contextlib
import json
import math
import re
import signal

import pytest
import yaml

import certificates
from callers import Caller, let_ask
from conftest import UNLIMITED
from fake_transcribe import FakeTranscribe
from gateway import REPOSITORY, Gateway, upstream_at
from metrics import families
from ports import held, is_open
from promtool import RULES, alerts, metrics_of, promtool
from timeouts import eventually
from wire import request

READ = set().union(*[metrics_of(alert["expr"]) for alert in alerts().values()])
MINUTES = 40


class Page:
    """The metrics page of a moment: the value of each series, and which of them only grow."""

    def __init__(self, gateway):
        self.values, self.counters = {}, set()
        for family in families(gateway).values():
            for sample in family.samples:
                self.values[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
                if family.type != "gauge":
                    self.counters.add(sample.name)

    def sum(self, name, labels):
        """The sum of the series of this name that have these labels; None if there is none."""
        values = [value for (other, found), value in self.values.items() if other == name and labels <= set(found)]
        return sum(values) if values else None


class Incident:
    """What the section of this title says, and whether it is so."""

    def __init__(self, title, gateway):
        page = (REPOSITORY / "deploy/OPERATIONS.md").read_text().split("\n## Ten incidents\n")[1]
        self.text = " ".join(page.split(f"\n### {title}\n")[1].split("\n#")[0].split())
        self.fragments = re.findall("`([^`]+)`", self.text)
        self.gateway, self.before = gateway, Page(gateway)
        self.after = None

    @property
    def alerts(self):
        return {fragment for fragment in self.fragments if fragment in alerts()}

    def untrue(self):
        """The metrics that have not moved and the members that no line has, of those that the section names."""
        self.after = Page(self.gateway)
        return [fragment for fragment in self.fragments
                if fragment.startswith('"') and not self.is_logged(fragment)
                or re.fullmatch(r"[a-z]+(_[a-z]+)+(\{.*\})?|ready", fragment) and not self.has_moved(fragment)]

    def is_logged(self, fragment):
        members = json.loads(f"{{{fragment}}}")
        return any(all(value in line.get(name, "") if name == "reason" else str(line.get(name)) == value
                       for name, value in members.items()) for line in self.gateway.log)

    def has_moved(self, fragment):
        """A counter has grown and a gauge has changed, or has the value that the text gives it."""
        name = f"transcribe_gateway_{fragment.split('{')[0]}"
        labels = set(re.findall(r'(\w+)="([^"]*)"', fragment))
        before, after = self.before.sum(name, labels), self.after.sum(name, labels)
        stated = re.search(re.escape(f"`{fragment}`") + r"(?: of the others)? is ([0-9]+)", self.text)
        if after is None or stated:
            return after is not None and after == float(stated[1])
        return after > before if name in self.counters else after != before

    @property
    def counters(self):
        return self.before.counters

    def outcomes(self):
        """The outcomes of calls to AWS since the beginning."""
        return {dict(labels)["outcome"] for (name, labels), value in self.after.values.items()
                if name == "transcribe_gateway_upstream_attempts_total" and value > self.before.values[name, labels]}

    def series(self, instance, is_gone=False):
        """What Prometheus would have if the incident went on, a minute of it for what has happened until now."""
        def shown(name, values, **labels):
            labels |= {"job": "gateway", "instance": instance}
            return {"series": name + "{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}",
                    "values": values}
        yield shown("up", f"1 0x{MINUTES}" if is_gone else f"1x{MINUTES}")
        for (name, labels), value in self.after.values.items():
            if name in READ and math.isfinite(value):
                growth = value - self.before.values[name, labels] if name in self.counters else 0
                yield shown(name, f"{value} stale" if is_gone else f"{value}+{growth}x{MINUTES}", **dict(labels))


def firing(series, folder):
    """The alerts that fire in the end, by promtool."""
    firing = 'group by (alertname) (ALERTS{alertstate="firing"})'
    case = {"interval": "1m", "input_series": list(series), "promql_expr_test": [
        {"expr": firing, "eval_time": f"{MINUTES}m", "exp_samples": [{"labels": '{alertname="none"}', "value": 1}]}]}
    path = folder / "case.yaml"
    path.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [case]}))
    said = promtool("test", "rules", path, succeeds=False)
    assert "got:" in said, said
    return set(re.findall(r'alertname=\\?"(\w+)', said.split("got:")[1]))


@pytest.fixture
def told(tmp_path):
    """What happens within is told by the metrics, the lines and the alerts of the section, and by no other alert."""
    @contextlib.contextmanager
    def told(title, gateway):
        incident = Incident(title, gateway)
        assert incident.alerts
        yield incident
        with contextlib.suppress(AssertionError):
            eventually(lambda: not incident.untrue())
        assert incident.untrue() == []
        assert firing(incident.series("a:8081"), tmp_path) == incident.alerts
    return told


def gave_no_answer(gateway, code=""):
    return [line for line in gateway.log
            if line["message"] == "Amazon Transcribe gave no usable answer" and code in line["reason"]]


def ask_for(gateway, names):
    return [gateway.get(f"/jobs/{name}").status for name in names]


def test_the_budget_is_used_up(serve, told):
    gateway = serve({"limits.upstream.rate": "2/s", "limits.upstream.burst": 2})
    with told("The budget is used up", gateway):
        caller, = let_ask([Caller(9, connections=20)], gateway.port, 2)
        assert caller.answers and caller.refusals
    refused = [line for line in gateway.accesses if line.get("problem") == "upstream-budget"]
    assert not [line for line in refused if "aws.request_id" in line]
    assert {line["client.address"] for line in gateway.accesses if line["outcome"] == "miss"} == {"127.0.0.9"}


def test_aws_fails_and_the_breaker_opens(serve, upstream, told):
    gateway = serve()
    with told("AWS fails and the breaker opens", gateway) as incident:
        upstream.behaviour = "500"
        ask_for(gateway, [f"fine-{number}" for number in range(30)])
    assert incident.outcomes() == {"upstream_failed"}
    assert gave_no_answer(gateway)[0]["aws.request_id"] == "fake-1"


def test_the_account_is_throttled(serve, upstream, told):
    gateway = serve({"limits.upstream.rate": "15/s", "upstream.attempts": 1, "upstream.timeout": "1s"})
    with told("The account is throttled", gateway) as incident:
        upstream.behaviour = "throttled"
        ask_for(gateway, [f"fine-{number}" for number in range(30)])
    assert incident.outcomes() == {"throttled"}
    assert gave_no_answer(gateway, "(ThrottlingException)")
    rate = "transcribe_gateway_upstream_rate"
    assert incident.after.sum(rate, set()) < incident.before.sum(rate, set())


def test_the_keys_have_expired(serve, upstream, told):
    gateway = serve()
    assert ask_for(gateway, ["fine-1"]) == [200]
    with told("The keys have expired", gateway) as incident:
        upstream.behaviour = "expired400"
        ask_for(gateway, [f"fine-{number}" for number in range(2, 20)])
    assert incident.outcomes() == {"credentials_rejected"}
    assert gave_no_answer(gateway, "(ExpiredTokenException)")


def test_the_region_is_the_wrong_one(start, upstream, told):
    upstream.region = "us-east-1"
    environment = upstream_at(upstream.port) | {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}
    gateway = start("serve", UNLIMITED, environment)
    with told("The region is the wrong one", gateway) as incident:
        assert set(ask_for(gateway, [f"fine-{number}" for number in range(20)])) == {404}
    assert incident.outcomes() == {"job_not_found"}
    assert {line["problem"] for line in gateway.accesses} == {"job-not-found"}
    environment["AWS_DEFAULT_REGION"] = "us-east-1"
    assert ask_for(start("serve", UNLIMITED, environment), ["fine-1"]) == [200]


def test_a_private_authority_is_not_trusted(start, told, tmp_path):
    authority = certificates.Authority(tmp_path, "private")
    with contextlib.closing(FakeTranscribe(tls=authority.context())) as secure:
        environment = upstream_at(0) | {"AWS_ENDPOINT_URL_TRANSCRIBE": f"https://localhost:{secure.port}"}
        gateway = start("serve", UNLIMITED, environment)
        with told("A private authority is not trusted", gateway) as incident:
            ask_for(gateway, [f"fine-{number}" for number in range(20)])
        assert incident.outcomes() == {"unreachable"}
        trusting = start("serve", UNLIMITED, environment | {"AWS_CA_BUNDLE": str(authority.path)})
        assert ask_for(trusting, ["fine-1"]) == [200]


class OnFullDisk(Gateway):
    """Its standard output takes nothing (full(4)), so that its ports have to be known before."""

    def __init__(self, port, admin_port, environment):
        self.ports = {"port": port, "adminPort": admin_port}
        settings = {"listen.port": port, "admin.port": admin_port} | UNLIMITED
        super().__init__("serve", settings, environment, ["sh", "-c", 'exec "$@" > /dev/full', "sh"])

    def wait_for_line(self, **_):
        eventually(lambda: is_open(self.ports["adminPort"]))
        return self.ports


def test_the_disk_is_full(upstream, told):
    with held() as port, held() as admin_port:
        gateway = OnFullDisk(port, admin_port, upstream_at(upstream.port))
        try:
            with told("The disk is full", gateway):
                assert set(ask_for(gateway, [f"fine-{number}" for number in range(50)])) == {200}
        finally:
            status = gateway.stop()
    assert status == 0


def test_one_client_asks_too_often(serve, told):
    gateway = serve({"limits.client.rate": "5/s", "limits.client.burst": 20})
    with told("One client asks too often", gateway):
        with gateway.wire(source="127.0.0.9") as noisy:
            assert {noisy.send(request("/jobs/fine-1")).answer().status for _ in range(60)} == {200, 429}
        assert set(ask_for(gateway, ["fine-1"] * 10)) == {200}
    assert {line["client.address"] for line in gateway.accesses if line["outcome"] == "limited"} == {"127.0.0.9"}


def test_a_replica_is_gone(serve, told, tmp_path):
    """The first is stopped, and stands for itself; the second goes on."""
    gone, other = serve(), serve()
    stopped, going_on = Incident("A replica is gone", gone), Incident("A replica is gone", other)
    assert gone.stop() == 0
    going_on.after = Page(other)
    lines = [fragment for fragment in stopped.fragments if fragment.startswith('"')]
    assert lines and all(map(stopped.is_logged, lines))
    assert gone.log[-1]["message"] == "stopped" and going_on.has_moved("ready")
    stopped.after = stopped.before
    series = [*stopped.series("a:8081", is_gone=True), *going_on.series("b:8081")]
    assert firing(series, tmp_path) == stopped.alerts


def test_a_replica_is_killed(upstream):
    gateway = Gateway("serve", UNLIMITED, upstream_at(upstream.port))
    gateway.signal(signal.SIGKILL)
    assert gateway.end() == -signal.SIGKILL
    assert not {"stopping, because a signal came", "stopped"} & {line["message"] for line in gateway.log}


def test_a_job_is_denied(serve, told):
    gateway = serve()
    with told("A job is denied", gateway) as incident:
        ask_for(gateway, ["denied-1", *[f"fine-{number}" for number in range(60)], "denied-1"])
    assert incident.outcomes() == {"access_denied", "succeeded"}
    denied = [line for line in gateway.accesses if line.get("problem") == "access-denied"]
    assert len({line["job"] for line in denied}) == 1 and denied[0]["aws.request_id"] == "fake-1"
    assert gave_no_answer(gateway, "(AccessDeniedException)")
