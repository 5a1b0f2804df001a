"""The examples of README.md and deploy/CLIENTS.md for clients that wait, each run as it stands there."""

import os
import re
import shutil
import subprocess

import pytest

from examples import CLIENTS, README, example
from ports import held
from timeouts import eventually

# The gateway's problems ask clients to come back after a second, and a running job is looked at again soon.
SETTINGS = {"cache.ttl.running": "100ms", "upstream.attempts": 1}
# One that gets curl's try again: 9 more than the first.
PATIENT = 10


class Example:
    """An example, how it is run, and how many requests it makes where each gets the same problem."""

    def __init__(self, text, file, *command, requests=1):
        self.text, self.file, self.command, self.requests = text, file, command, requests

    def start(self, folder, port, text=None):
        (folder / self.file).write_text(text or self.text)
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "G": f"http://127.0.0.1:{port}", "JOB": "visit-44"}
        return subprocess.Popen(
            [*self.command, self.file], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


README_LINES = example(README, "sh", 0).splitlines()
EXAMPLES = {
    "README, wait": Example(README_LINES[0] + "\necho \"$j\"\n", "wait.sh", "bash", requests=PATIENT),
    "README, events": Example(README_LINES[1], "events.sh", "bash"),
    "shell": Example(example(CLIENTS, "sh"), "wait.sh", "bash", requests=PATIENT),
    "Python": Example(example(CLIENTS, "python"), "wait.py", "python3"),
    "JavaScript": Example(example(CLIENTS, "js"), "wait.mjs", "node"),
    "Java": Example(example(CLIENTS, "java"), "Wait.java", "java"),
    "Go": Example(example(CLIENTS, "go"), "wait.go", "go", "run"),
}
# Whose last command has no status of its own.
WITHOUT_STATUS = {"README, wait", "README, events"}


@pytest.fixture(params=EXAMPLES)
def name(request):
    program = EXAMPLES[request.param].command[0]
    if shutil.which(program) is None:
        pytest.skip(f"skipped: no {program} on this machine")
    return request.param


def fails(name, process, within=14):
    """The example ends by itself with an error that it says, and without a job."""
    output, errors = process.communicate(timeout=within)
    if name == "README, events":
        # Without -f curl prints the problem, and says itself that nothing listens only where it is not told to be quiet.
        assert '"done"' not in output
        return output + errors
    assert process.returncode != 0 or name in WITHOUT_STATUS, output
    assert '"done"' not in output and errors
    return errors


def statuses(gateway):
    """Of all requests that it has had, which are known once it has stopped."""
    assert gateway.stop() == 0
    return [line["status"] for line in gateway.accesses]


def test_prints_the_job_when_it_is_done(serve, upstream, tmp_path, name):
    gateway = serve(SETTINGS | {"watch.maxWait": "1s"})
    upstream.behaviour = "running"
    process = EXAMPLES[name].start(tmp_path, gateway.port)
    # Also once a wait has ended without a change; a stream is one request.
    is_stream = name == "README, events"
    eventually(lambda: upstream.calls["visit-44"] > 2 and (is_stream or gateway.accesses), within=20)
    assert process.poll() is None
    upstream.behaviour = "fine"
    output, errors = process.communicate(timeout=15)
    assert process.returncode == 0, errors
    assert "COMPLETED" in output.rstrip().splitlines()[-1]


def test_ends_where_there_is_no_such_job(serve, upstream, tmp_path, name):
    gateway = serve(SETTINGS)
    upstream.behaviour = "missing"
    text = fails(name, EXAMPLES[name].start(tmp_path, gateway.port))
    assert "404" in text or "no such" in text.lower() or "knows no" in text, text
    assert statuses(gateway) == [404]


def test_ends_where_aws_fails(serve, upstream, tmp_path, name):
    """503 with `Retry-After: 1`."""
    gateway = serve(SETTINGS)
    upstream.behaviour = "throttled"
    assert gateway.get("/jobs/other-1").fields["retry-after"] == "1"
    fails(name, EXAMPLES[name].start(tmp_path, gateway.port))
    assert statuses(gateway) == [503] * (1 + EXAMPLES[name].requests)


def test_ends_where_nothing_listens(tmp_path, name):
    """curl waits twice as long before each further try, so nine take minutes: here it makes two."""
    text = EXAMPLES[name].text
    assert ("--retry 9" in text) == (EXAMPLES[name].requests == PATIENT)
    with held() as port:
        fails(name, EXAMPLES[name].start(tmp_path, port, text.replace("--retry 9", "--retry 2")))


def test_every_example_is_run():
    """The one for pages of other origins runs in a browser."""
    fences = re.findall(r"^```(\w+)$", CLIENTS.read_text(), re.MULTILINE)
    assert fences == ["sh", "python", "js", "js", "java", "go"]
    assert len(README_LINES) == 2
