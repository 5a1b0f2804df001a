"""The gateway as a process of its own."""

import itertools
import json
import os
import resource
import signal
import subprocess
import threading
import time
from pathlib import Path

from resources import processor_time
from wire import Wire, request

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("GATEWAY_BINARY", REPOSITORY / ".build/debug/transcribe-gateway")


def clean_environment(extra=None):
    """Without the settings, the credentials and the home of the user that runs the tests."""
    names = ("PATH", "LD_LIBRARY_PATH", "TSAN_OPTIONS", "ASAN_OPTIONS")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {"HOME": "/nonexistent"} | (extra or {})


def run(*arguments, environment=None, within=10, prefix=()):
    """A command that ends by itself."""
    return subprocess.run(
        [*prefix, BINARY, *arguments], env=clean_environment(environment), capture_output=True, text=True, timeout=within)


def logged_end(result):
    """Why `serve` has ended, as its log tells it: the sentences that standard error has too, each a line of JSON."""
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(line["level"] == "critical" and line["exitStatus"] == result.returncode for line in lines), lines
    return "".join(line["reason"] + "\n" for line in lines)


def arguments_for(settings):
    return [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]


def upstream_at(port, key="AKIDEXAMPLE", secret="a-secret-of-the-tests"):
    """AWS's variables for an upstream on loopback."""
    return {
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_ENDPOINT_URL_TRANSCRIBE": f"http://127.0.0.1:{port}",
    }


def place(listening, address, port):
    """The port of a listener, or the path of its Unix socket."""
    return int(listening[port]) if port in listening else listening[address].removeprefix("unix:")


class Gateway:
    """Runs `serve` or `demo` on free ports. Its log is read as it comes, so it never blocks on a full pipe.

    `prefix` is a command that becomes the one given to it, such as `env`.
    """

    def __init__(self, command="serve", settings=None, environment=None, prefix=()):
        chosen = {"listen.port": 0, "admin.port": 0, "log.format": "json"} | (settings or {})
        self.process = subprocess.Popen(
            [*prefix, BINARY, command, *arguments_for(chosen)], env=clean_environment(environment),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.output, self.errors = [], []
        self._readers = [self._reader(self.process.stdout, self.output), self._reader(self.process.stderr, self.errors)]
        try:
            listening = self.wait_for_line(message="listening")
        except BaseException:
            self.process.kill()
            raise
        self.port, self.admin_port = place(listening, "address", "port"), place(listening, "adminAddress", "adminPort")

    def _reader(self, stream, lines):
        thread = threading.Thread(target=lambda: lines.extend(stream), daemon=True)
        thread.start()
        return thread

    # What it says

    @property
    def log(self):
        """The log lines so far. A line that is no JSON object is an error."""
        return [json.loads(line) for line in list(self.output) if line.startswith("{")]

    def wait_for_line(self, within=10, **members):
        """The first log line with these members."""
        deadline = time.monotonic() + within
        while True:
            for line in self.log:
                if all(line.get(name) == value for name, value in members.items()):
                    return line
            alive = self.process.poll() is None
            assert alive and time.monotonic() < deadline, f"no line with {members}: {self.output} {self.errors}"
            time.sleep(0.01)

    @property
    def accesses(self):
        """The lines of the access log so far. They are written when a reply has ended, so that lines of different
        connections are in no particular order: where it matters, use `access_of`."""
        return [line for line in self.log if line["logger"] == "access"]

    def access_of(self, answer):
        """The line of the access log of the request that got this answer."""
        return self.wait_for_line(logger="access", requestId=answer.fields["x-request-id"])

    # What it answers

    def wire(self, timeout=10, source=None):
        return Wire(self.port, timeout, source)

    def get(self, target, *lines, method="GET", port=None, source=None):
        """One request on a connection of its own."""
        with Wire(port or self.port, source=source) as wire:
            return wire.send(request(target, *lines, method=method)).answer(to_head=method == "HEAD")

    def ask_admin(self, target, *lines, method="GET"):
        return self.get(target, *lines, method=method, port=self.admin_port)

    # What it takes

    @property
    def descriptors(self):
        """The numbers of its open descriptors."""
        return {int(number) for number in os.listdir(f"/proc/{self.process.pid}/fd")}

    def allow_more_descriptors(self, count):
        """Waits for ended connections to be closed, then lets it open so many more. Returns the limits of before."""
        while (taken := self.descriptors) != (time.sleep(0.2) or self.descriptors):
            pass
        free = (number for number in itertools.count() if number not in taken)
        limits = resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE)
        self.restore_descriptors((next(itertools.islice(free, count, None)), limits[1]))
        return limits

    def restore_descriptors(self, limits):
        resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, limits)

    @property
    def cpu_seconds(self):
        """The processor time it has used."""
        return processor_time(self.process.pid)

    # How it ends

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def end(self, within=30):
        """Waits for its end and gives the exit status; a negative one is the signal that killed it."""
        try:
            status = self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        for reader in self._readers:
            reader.join(5)
        return status

    def stop(self, within=30):
        if self.process.poll() is None:
            self.signal()
        return self.end(within)
