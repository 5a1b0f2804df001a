"""The commands: their output, their errors and their exit statuses."""

import json
import time

import pytest

from gateway import logged_end, run
from timeouts import eventually
from ports import held

SECRET = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"
NAME_KEY = "a-key-for-job-names"
AWS = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}
BAD_CONFIGURATION, USAGE = 78, 64

# Settings, and the words that the error of one sentence must hold.
BAD = {
    "listen.port=70000": ["listen.port", "70000", "0 to 65535"],
    "listen.host=nowhere.example": ["listen.host", "nowhere.example", "an IPv4 or IPv6 address"],
    "listen.threads=none": ["listen.threads", "none", "auto", "1 to 256"],
    "listen.connections=3": ["listen.connections", '"3"', "16 to 1000000"],
    "listen.hosts=http://a": ["listen.hosts", "http://a", "host names"],
    "jobs.fields=name,secrets": ["jobs.fields", "name,secrets", "transcriptUri"],
    "cache.capacity=64MB": ["cache.capacity", "64MB", "64MiB"],
    "cache.ttl.running=5": ["cache.ttl.running", '"5"', "500ms"],
    "cache.ttl.running=50ms": ["cache.ttl.running", "50ms", "from 100ms to 1h"],
    "cache.clients=forever": ["cache.clients", "forever", "revalidate, max-age, no-store"],
    "limits.client.rate=fast": ["limits.client.rate", "fast", "20/s"],
    "limits.upstream.rate=-1/s": ["limits.upstream.rate", "-1/s", "600/m"],
    "limits.client.burst=0": ["limits.client.burst", '"0"', "at least 1", "limits.client.rate"],
    "upstream.attempts=0": ["upstream.attempts", '"0"', "1 to 10"],
    "upstream.connectTimeout=20s": ["upstream.connectTimeout", "20s", "no longer than", "upstream.timeout"],
    "admin.port=8080": ["admin.port", "8080", "another port", "listen.port"],
    "log.level=loud": ["log.level", "loud", "trace, debug, info"],
    "log.names=perhaps": ["log.names", "perhaps", "true or false"],
    "log.format=xml": ["log.format", "xml", "json, console"],
    "cache.ttl.runing=5s": ["cache.ttl.runing", "not a setting", "did you mean cache.ttl.running?"],
    "listen.port": ["listen.port", "no value"],
    "listen.port=80\x1b[31m": ["listen.port", "must be"],
}


@pytest.mark.parametrize("setting", BAD)
@pytest.mark.parametrize("command", ["check", "serve", "demo"])
def test_a_bad_setting_is_refused_in_one_sentence(command, setting):
    result = refused(command, "--set", setting, environment=AWS)
    (sentence,) = result.stderr.splitlines()
    assert all(word in sentence for word in BAD[setting]), sentence
    assert sentence.endswith((".", "?")) and sentence.isprintable()


def test_all_that_is_wrong_is_said_at_once():
    result = refused("check", "--port", "x", "--set", "log.level=y", environment=AWS | {"GATEWAY_ADMIN_PORT": "z"})
    assert [line.split(" is ")[0] for line in result.stderr.splitlines()] == [
        "--port", "GATEWAY_ADMIN_PORT", "--set log.level"]


@pytest.mark.parametrize("variables, words", [
    ({"AWS_REGION": ""}, ["AWS_REGION", "not set"]),
    ({"AWS_REGION": "Frankfurt"}, ["AWS_REGION", "Frankfurt", "us-east-1"]),
    ({"AWS_ENDPOINT_URL_TRANSCRIBE": "ftp://a"}, ["AWS_ENDPOINT_URL_TRANSCRIBE", "ftp://a", "https://"]),
    ({"AWS_SECRET_ACCESS_KEY": ""}, ["credentials", "AWS_SECRET_ACCESS_KEY"]),
    ({"AWS_PROFILE": "ward-7", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, ["credentials", "ward-7"]),
    ({"GATEWAY_LISTEN_PRT": "80"}, ["GATEWAY_LISTEN_PRT", "did you mean GATEWAY_LISTEN_PORT?"]),
    ({"GATEWAY_LOG_NAME_KEY": "too-short"}, ["GATEWAY_LOG_NAME_KEY", "secret", "16"]),
], ids=lambda value: "")
def test_serve_refuses_an_environment_before_it_listens(variables, words):
    result = refused("serve", "--port", "0", "--set", "admin.port=0", environment=AWS | variables)
    assert all(word in result.stderr for word in words), result.stderr
    assert logged_end(result) == result.stderr and SECRET not in result.stderr and "too-short" not in result.stderr


def test_a_log_for_people_has_no_second_account_of_why_serve_has_ended(gateway):
    result = refused(
        "serve", "--set", f"listen.port={gateway.port}", "--set", "admin.port=0", "--set", "log.format=console",
        environment=AWS)
    assert result.stdout == "" and "already in use" in result.stderr


@pytest.mark.parametrize("setting", ["listen.port", "admin.port"])
def test_a_port_that_is_taken_is_a_bad_setting(gateway, setting):
    free = {"listen.port": "admin.port", "admin.port": "listen.port"}[setting]
    result = refused("serve", "--set", f"{setting}={gateway.port}", "--set", f"{free}=0", environment=AWS)
    assert str(gateway.port) in result.stderr and "already in use" in result.stderr


def test_check_prints_each_value_with_its_source_and_no_secret(tmp_path):
    file = tmp_path / "gateway.json"
    file.write_text(json.dumps({"cache": {"ttl": {"running": "7s"}}, "log.level": "debug", "listen.threads": 2}))
    ours = {"GATEWAY_LOG_LEVEL": "warning", "GATEWAY_LOG_NAME_KEY": NAME_KEY, "GATEWAY_LISTEN_THREADS": "3"}
    result = run("check", "--config", str(file), "--set", "listen.threads=4", "--port", "9", environment=AWS | ours)
    assert (result.returncode, result.stderr) == (0, "")
    parts = [line.partition(" = ") for line in result.stdout.splitlines()]
    rows = {key.strip(): rest.split() for key, _, rest in parts}
    assert rows["cache.ttl.running"] == ["7s", f"({file})"]
    assert rows["log.level"] == ["warning", "(GATEWAY_LOG_LEVEL)"]
    assert rows["listen.threads"] == ["4", "(--set", "listen.threads;", "restart)"]
    assert rows["listen.port"] == ["9", "(--port;", "restart)"]
    assert rows["admin.port"] == ["8081", "(default;", "restart)"]
    assert rows["log.nameKey"] == ["(secret)", "(GATEWAY_LOG_NAME_KEY;", "restart)"]
    assert rows["AWS_REGION"] == ["eu-west-1", "(AWS_REGION)"]
    assert SECRET not in result.stdout and NAME_KEY not in result.stdout


@pytest.mark.parametrize("content, words", [
    ("{", "is not valid JSON"), ("[]", "must hold a JSON object"), ('{"listn": {"port": 1}}', "listn"),
    ('{"log": {"nameKey": 7}}', "log.nameKey"), ('{"listen": {"port": null}}', "listen.port"), (None, "does not exist"),
])
def test_a_bad_file_is_refused(tmp_path, content, words):
    file = tmp_path / "gateway.json"
    if content is not None:
        file.write_text(content)
    assert words in refused("check", "--config", str(file), environment=AWS).stderr


def test_variables_of_a_kubernetes_service_are_ignored_and_told(start):
    links = {"GATEWAY_SERVICE_HOST": "10.0.0.7", "GATEWAY_PORT": "tcp://10.0.0.7:80", "GATEWAY_SERVICE_PORT_HTTP": "80"}
    said = "ignored variables that Kubernetes sets for a Service"
    line = start("demo", environment=links).wait_for_line(message=said)
    assert set(line["names"].split()) == set(links)


def test_health_tells_whether_a_gateway_runs(gateway):
    question = ["health", "--set", f"admin.port={gateway.admin_port}"]
    assert run(*question).returncode == 0
    assert gateway.stop() == 0
    with held(gateway.admin_port):
        result = run(*question)
    assert (result.returncode, result.stdout) == (1, "") and "/livez" in result.stderr


def test_health_asks_the_gateway_that_runs_whatever_became_of_its_file(gateway, tmp_path):
    """A reload refuses such a file, and the gateway is as well as before."""
    for content in ('{"cache.waiters": "x"}', "{", '{"log.nameKeyFile": "/nonexistent"}'):
        (tmp_path / "settings").write_text(content)
        question = ["health", "--config", tmp_path / "settings", "--set", f"admin.port={gateway.admin_port}"]
        assert run(*question).returncode == 0, content
    result = run("health", "--set", "admin.port=x")
    assert result.returncode == 78 and "admin.port" in result.stderr


def test_health_tells_why_the_gateway_is_not_ready(serve):
    gateway = serve({"drain.delay": "1m"})
    question = ["health", "--set", f"admin.port={gateway.admin_port}"]
    assert run(*question, "--ready").returncode == 0
    gateway.signal()
    gateway.wait_for_line(message="stopping, because a signal came")
    assert run(*question).returncode == 0
    result = run(*question, "--ready")
    assert (result.returncode, result.stdout) == (1, "")
    url = f"http://127.0.0.1:{gateway.admin_port}/readyz"
    assert result.stderr == f"{url} answered with status 503: The gateway is stopping.\n"


@pytest.mark.parametrize("arguments", [["--nonsense"], ["serve", "--nonsense"], ["nonsense"], ["check", "--port"]])
def test_a_mistake_in_the_command_line_is_a_usage_error(arguments):
    result = run(*arguments, environment=AWS)
    assert (result.returncode, result.stdout) == (USAGE, "")


def test_help_names_the_commands():
    result = run("--help")
    assert result.returncode == 0 and all(name in result.stdout for name in ("serve", "demo", "check", "doctor", "health"))


def test_the_demonstration_works(start):
    gateway = start("demo")
    statuses = [gateway.get(f"/jobs/visit-{number}").status for number in (42, 43, 44, 45)]
    assert statuses == [200, 200, 200, 404]


def test_the_demonstration_says_what_to_try_while_it_runs(start):
    gateway = start("demo")
    url = f"http://127.0.0.1:{gateway.port}/jobs/visit-42"
    eventually(lambda: any(url in line for line in gateway.output + gateway.errors), within=2)


def refused(*arguments, environment):
    began = time.monotonic()
    result = run(*arguments, environment=environment)
    assert result.returncode == BAD_CONFIGURATION, result
    assert time.monotonic() - began < 3
    return result
