"""The examples of README.md and deploy/CLIENTS.md for clients that wait, each run as it stands there."""

import os
import re
import shutil
import signal
import subprocess

import pytest

from examples import CLIENTS, README, example
from metrics import metric
from ports import held
from timeouts import eventually

# The gateway's problems ask clients to come back after a second, and a running job is looked at again soon.
SETTINGS = {"cache.ttl.running": "100ms", "upstream.attempts": 1}
# One that gets curl's try again: 9 more than the first.
PATIENT = 10


class Example:
    """An example, how it is run, and how many requests it makes where each gets the same problem."""

    def __init__(self, text, file, command, requests=1):
        self.text, self.file, self.command, self.requests = text, file, command, requests

    def prepare(self, _):
        """Makes it ready to be started in any folder."""

    def start(self, folder, port, text=None):
        (folder / self.file).write_text(text or self.text)
        return self.run([self.command, self.file], folder, port)

    @staticmethod
    def run(command, folder, port):
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "G": f"http://127.0.0.1:{port}", "JOB": "visit-44"}
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True)


class GoExample(Example):
    """Compiled once, because that takes longer than the tests."""

    program = None

    def prepare(self, folders):
        if self.program is None:
            folder = folders.mktemp("go")
            (folder / self.file).write_text(self.text)
            subprocess.run(
                ["go", "build", "-o", "wait", self.file], cwd=folder, env=os.environ | {"GOCACHE": str(folder / "cache")},
                check=True, timeout=300)
            self.program = folder / "wait"

    def start(self, folder, port, text=None):
        return self.run([self.program], folder, port)


README_LINES = example(README, "sh", 0).splitlines()
EXAMPLES = {
    "README, wait": Example(README_LINES[0] + "\necho \"$j\"\n", "wait.sh", "bash", requests=PATIENT),
    "README, events": Example(README_LINES[1], "events.sh", "bash"),
    "shell": Example(example(CLIENTS, "sh"), "wait.sh", "bash", requests=PATIENT),
    "Python": Example(example(CLIENTS, "python"), "wait.py", "python3"),
    "JavaScript": Example(example(CLIENTS, "js"), "wait.mjs", "node"),
    "Java": Example(example(CLIENTS, "java"), "Wait.java", "java"),
    "Go": GoExample(example(CLIENTS, "go"), "wait.go", "go"),
}
# Whose last command has no status of its own.
WITHOUT_STATUS = {"README, wait", "README, events"}


@pytest.fixture(params=EXAMPLES)
def name(request, tmp_path_factory):
    chosen = EXAMPLES[request.param]
    if shutil.which(chosen.command) is None:
        pytest.skip(f"skipped: no {chosen.command} on this machine")
    chosen.prepare(tmp_path_factory)
    return request.param


@pytest.fixture
def begin(name, tmp_path):
    """Starts the example against a gateway at this port. It does not outlive its test."""
    processes = []

    def begin(port, text=None):
        processes.append(EXAMPLES[name].start(tmp_path, port, text))
        return processes[-1]

    yield begin
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def fails(name, process, within=14):
    """The example ends by itself with an error that it says, and without a job."""
    output, errors = process.communicate(timeout=within)
    assert '"done":true' not in output and "COMPLETED" not in output
    assert process.returncode != 0 or name in WITHOUT_STATUS, output
    assert errors
    # Without -f curl prints the problem.
    return output + errors if name == "README, events" else errors


def statuses(gateway):
    """Of all requests that it has had, which are known once it has stopped."""
    assert gateway.stop() == 0
    return [line["http.response.status_code"] for line in gateway.accesses]


def test_prints_the_job_when_it_is_done(serve, upstream, begin, name):
    gateway = serve(SETTINGS | {"watch.maxWait": "1s"})
    upstream.behaviour = "running"
    process = begin(gateway.port)
    # Also once a wait has ended without a change; a stream is one request.
    is_stream = name == "README, events"
    eventually(lambda: upstream.calls["visit-44"] > 2 and (is_stream or gateway.accesses), within=20)
    assert process.poll() is None
    upstream.behaviour = "fine"
    output, errors = process.communicate(timeout=15)
    assert process.returncode == 0, errors
    assert "COMPLETED" in output.rstrip().splitlines()[-1]


def test_ends_where_there_is_no_such_job(serve, upstream, begin, name):
    gateway = serve(SETTINGS)
    upstream.behaviour = "missing"
    text = fails(name, begin(gateway.port))
    assert "404" in text or "no such" in text.lower() or "knows no" in text, text
    assert statuses(gateway) == [404]


def test_ends_where_aws_fails(serve, upstream, begin, name):
    """503 with `Retry-After: 1`."""
    gateway = serve(SETTINGS)
    upstream.behaviour = "throttled"
    assert gateway.get("/jobs/other-1").fields["retry-after"] == "1"
    fails(name, begin(gateway.port))
    assert statuses(gateway) == [503] * (1 + EXAMPLES[name].requests)


def less_patient(name):
    """curl waits twice as long before each further try, so that nine take minutes: here it makes two."""
    text = EXAMPLES[name].text
    assert ("--retry 9" in text) == (EXAMPLES[name].requests == PATIENT)
    return text.replace("--retry 9", "--retry 2")


def test_ends_where_nothing_listens(begin, name):
    with held() as port:
        fails(name, begin(port, less_patient(name)))


def test_ends_where_the_gateway_is_stopped_meanwhile(serve, upstream, begin, name):
    """It is answered at once that the job still runs; the next request finds nothing that listens."""
    with held() as port:
        gateway = serve(SETTINGS | {"listen.port": port})
        upstream.behaviour = "running"
        process = begin(port, less_patient(name))
        eventually(lambda: metric(gateway, "transcribe_gateway_watchers") == 1, within=20)
        assert statuses(gateway) == [200]
        fails(name, process)


def test_every_example_is_run():
    """The one for pages of other origins runs in a browser; the last two are those of test_generated_clients.py."""
    fences = re.findall(r"^```(\w+)$", CLIENTS.read_text(), re.MULTILINE)
    assert fences == ["sh", "python", "js", "js", "java", "go", "sh", "python"]
    assert len(README_LINES) == 2
