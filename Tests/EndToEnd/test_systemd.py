"""What systemd and the gateway tell each other: sockets that are passed, readiness, the watchdog, the stop."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

from gateway import BINARY, Gateway, arguments_for, clean_environment, upstream_at
from metrics import metric
from problems import assert_problem
from timeouts import eventually
from wire import Wire, request

CONFIGURATION = 78
ON_FREE_PORTS = {"listen.port": 0, "admin.port": 0}
# Becomes the gateway with its own standard streams and with these descriptors from 3 on, as systemd does.
PARENT = """
import os, sys
descriptors, names, count, arguments = eval(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
moved = [os.dup2(each, 100 + place) for place, each in enumerate(descriptors)]
for place, each in enumerate(moved):
    os.dup2(each, 3 + place)
os.closerange(3 + len(moved), 200)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": count or str(len(moved)), "LISTEN_FDNAMES": names}
os.execv(arguments[0], arguments)
"""


class Manager:
    """Receives what the gateway says, as systemd does."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path.replace("@", "\0", 1) if path.startswith("@") else path)
        self.socket.settimeout(10)
        self.variables = {"NOTIFY_SOCKET": path}

    def message(self, within=10):
        self.socket.settimeout(within)
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def messages(self):
        """Those that have come."""
        found = []
        with contextlib.suppress(TimeoutError):
            while True:
                found.append(self.message(within=0.05))
        return found

    def close(self):
        self.socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    manager = Manager(str(tmp_path / "n") if request.param == "path" else f"@{tmp_path}")
    yield manager
    manager.close()


@contextlib.contextmanager
def listening(address=("127.0.0.1", 0), family=socket.AF_INET, kind=socket.SOCK_STREAM, listens=True):
    with socket.socket(family, kind) as server:
        server.bind(address)
        if listens:
            server.listen(64)
        yield server


def passing(sockets, names="", count=""):
    """A prefix for Gateway: the parent that passes these sockets."""
    for each in sockets:
        os.set_inheritable(each.fileno(), True)
    return [sys.executable, "-c", PARENT, str([each.fileno() for each in sockets]), names, count]


class Activated(Gateway):
    """A gateway that was passed sockets. Its log says where it listens."""

    def __init__(self, sockets, names="", settings=None, command="demo", environment=None):
        fds = [each.fileno() for each in sockets]
        chosen = ON_FREE_PORTS | {"log.format": "json"} | (settings or {})
        prefix = passing(sockets, names)
        self.process = subprocess.Popen(
            [*prefix, BINARY, command, *arguments_for(chosen)], env=clean_environment(environment), pass_fds=fds,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.output, self.errors = [], []
        self._readers = [self._reader(self.process.stdout, self.output), self._reader(self.process.stderr, self.errors)]
        listening = self.wait_for_line(message="listening")
        self.port = int(listening["port"]) if "port" in listening else listening["address"].removeprefix("unix:")
        self.admin_port = int(listening["adminPort"])


# Messages

def test_says_when_it_is_ready_and_when_it_stops(start, manager):
    gateway = start("demo", {"drain.delay": "300ms"}, manager.variables)
    ready = manager.message()
    assert ready == {"READY": "1", "STATUS": f"Listening on 127.0.0.1, port {gateway.port}; for operators on 127.0.0.1, port "
                                             f"{gateway.admin_port}."}
    assert manager.messages() == []
    gateway.signal()
    assert manager.message()["STOPPING"] == "1"
    assert gateway.end() == 0
    assert manager.messages() == []


def test_says_that_it_is_not_ready_for_requests_yet(start, manager, tmp_path):
    program = tmp_path / "source"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)
    (tmp_path / "config").write_text(f"[default]\nregion = us-east-1\ncredential_process = {program}\n")
    gateway = start("serve", None, manager.variables | {"AWS_CONFIG_FILE": str(tmp_path / "config")})
    assert "Not ready: The source of the AWS credentials" in manager.message()["STATUS"]
    assert gateway.stop() == 0


def test_says_when_its_credentials_have_come_and_when_they_are_gone(start, manager, tmp_path):
    program, go = tmp_path / "source", tmp_path / "go"
    answer = {"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "a-secret-of-the-tests"}
    program.write_text(f"#!/bin/sh\nwhile [ ! -e {go} ]; do sleep 0.05; done\ncat {go}\n")
    program.chmod(0o700)
    (tmp_path / "config").write_text(f"[default]\nregion = us-east-1\ncredential_process = {program}\n")
    gateway = start("serve", None, manager.variables | {"AWS_CONFIG_FILE": str(tmp_path / "config")})
    assert "Not ready: " in manager.message()["STATUS"]
    (tmp_path / "new").write_text(json.dumps(answer))
    (tmp_path / "new").rename(go)
    status = (f"Listening on 127.0.0.1, port {gateway.port}; for operators on 127.0.0.1, port "
              f"{gateway.admin_port}.")
    assert manager.message(within=30) == {"STATUS": status}
    gateway.signal(signal.SIGHUP)
    assert "RELOADING" in manager.message()
    assert manager.message() == {"READY": "1", "STATUS": status}
    assert gateway.stop() == 0


@pytest.mark.parametrize("path", ["relative", "/nowhere/socket", "vsock:2:1", "/" + "a" * 200])
def test_serves_where_nothing_receives(start, path):
    gateway = start("demo", environment={"NOTIFY_SOCKET": path})
    warning = gateway.wait_for_line(level="warning")
    assert "NOTIFY_SOCKET" in warning["message"] or "systemd" in warning["message"]
    assert gateway.get("/jobs/visit-42").status == 200
    assert gateway.stop() == 0


def test_does_not_wait_long_for_a_manager_that_does_not_read(start, tmp_path):
    manager = Manager(str(tmp_path / "n"))
    filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    filler.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            filler.sendto(b"X=1", manager.variables["NOTIFY_SOCKET"])
    gateway = start("demo", None, manager.variables | {"WATCHDOG_USEC": "200000"})
    assert gateway.get("/jobs/visit-42").status == 200
    assert gateway.stop(within=10) == 0
    manager.close()


# The watchdog

def test_tells_the_watchdog_as_long_as_it_is_alive(start, manager):
    gateway = start("demo", {"listen.threads": 3}, manager.variables | {"WATCHDOG_USEC": "400000"})
    assert "READY" in manager.message()
    before, pings = time.monotonic(), 0
    while pings < 10:
        assert manager.message(within=2) == {"WATCHDOG": "1"}
        pings += 1
    assert time.monotonic() - before < 4
    # A process that is stopped says nothing.
    gateway.signal(signal.SIGSTOP)
    time.sleep(0.3)
    manager.messages()
    assert manager.messages() == []
    gateway.signal(signal.SIGCONT)
    assert manager.message() == {"WATCHDOG": "1"}
    # What it asks itself is no request of a client.
    assert metric(gateway, "transcribe_gateway_connections_accepted_total") == 0
    assert gateway.accesses == []
    # A socket pair has no options of TCP, which is no news.
    assert [line["message"] for line in gateway.log if "libmicrohttpd" in line["message"]] == []


def test_tells_the_watchdog_until_it_has_stopped(serve, upstream, manager, start):
    gateway = start("serve", None, upstream_at(upstream.port) | manager.variables | {"WATCHDOG_USEC": "400000"})
    with gateway.wire() as wire:
        wire.send(request("/jobs/slow-1"))
        eventually(lambda: metric(gateway, "transcribe_gateway_waiting_requests") == 1)
        gateway.signal()
        while "STOPPING" not in manager.message():
            pass
        for _ in range(5):
            assert manager.message(within=2) == {"WATCHDOG": "1"}
        upstream.gate.set()
        assert wire.answer().status == 200
    assert gateway.end() == 0


@pytest.mark.parametrize("variables", [{"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"}])
def test_tells_no_watchdog_that_is_not_there(start, manager, variables):
    start("demo", None, manager.variables | variables)
    assert "READY" in manager.message()
    assert manager.messages() == []


# Sockets

def test_serves_the_socket_that_it_was_passed(leaving):
    with listening() as server:
        port = server.getsockname()[1]
        # The connection comes before the gateway runs.
        with Wire(port) as wire:
            wire.send(request("/jobs/visit-42"))
            gateway = Activated([server], settings={"listen.host": "192.0.2.1", "listen.port": 1})
            assert wire.answer().status == 200
        assert gateway.port == port
        line = gateway.wait_for_line(message="listen.host and listen.port have no effect, because systemd has passed a socket")
        assert line["address"] == f"127.0.0.1, port {port}"
        assert gateway.stop() == 0
        # It listens on: a connection waits for the next process.
        with Wire(port) as wire:
            wire.send(request("/jobs/visit-42"))
            second = Activated([server])
            assert wire.answer().status == 200
        assert second.stop() == 0


def test_restarts_lose_no_request():
    """What one process does not accept the next one answers."""
    wires = []
    with listening() as server:
        for _ in range(3):
            gateway = Activated([server])
            wires += [Wire(server.getsockname()[1]).send(request("/jobs/visit-42", "Connection: close")) for _ in range(20)]
            gateway.signal()
            wires += [Wire(server.getsockname()[1]).send(request("/jobs/visit-42", "Connection: close")) for _ in range(20)]
            assert gateway.end() == 0
        last = Activated([server])
        assert all(wire.rest().startswith(b"HTTP/1.1 200") for wire in wires)
        assert last.stop() == 0


def test_finds_both_listeners_by_name():
    with listening() as admin, listening() as public:
        gateway = Activated([admin, public], "admin:public")
        assert (gateway.port, gateway.admin_port) == (public.getsockname()[1], admin.getsockname()[1])
        assert gateway.ask_admin("/readyz").status == 200 and gateway.get("/readyz").body == b"ready\n"
        assert gateway.stop() == 0


def test_serves_a_unix_socket_of_systemd(tmp_path):
    path = str(tmp_path / "s")
    with listening(path, socket.AF_UNIX) as server:
        gateway = Activated([server], "transcribe-gateway.socket")
        assert gateway.port == path
        with gateway.wire() as wire:
            answer = wire.send(request("/jobs/visit-42", host="any.example")).answer()
        assert gateway.access_of(answer)["client.address"] == f"uid:{os.geteuid()}"
        assert gateway.stop() == 0
        assert os.path.exists(path)


def test_the_hosts_follow_from_the_address_that_was_passed():
    for address, status in ((("127.0.0.1", 0), 421), (("0.0.0.0", 0), 200)):
        with listening(address) as server:
            gateway = Activated([server])
            with gateway.wire() as wire:
                assert wire.send(request("/jobs/visit-42", host="gateway.example")).answer().status == status
            assert gateway.stop() == 0


def refused(sockets, names="", count=""):
    prefix = passing(sockets, names, count)
    return subprocess.run([*prefix, BINARY, "demo", *arguments_for(ON_FREE_PORTS)], env=clean_environment(), capture_output=True,
                          text=True, pass_fds=[each.fileno() for each in sockets], timeout=20)


@pytest.mark.parametrize("kind, listens, words", [
    (socket.SOCK_DGRAM, False, "is no stream socket"), (socket.SOCK_STREAM, False, "does not listen")])
def test_refuses_a_socket_that_it_cannot_serve(kind, listens, words):
    with listening(kind=kind, listens=listens) as server:
        result = refused([server], "public")
    assert result.returncode == CONFIGURATION and words in result.stderr and result.stderr.count("\n") == 1


def test_refuses_a_file_and_what_is_not_open(tmp_path):
    with open(tmp_path / "f", "w") as file:
        assert "is no socket" in refused([file]).stderr
    result = refused([], count="1")
    assert result.returncode == CONFIGURATION and "descriptor 3" in result.stderr


def test_refuses_more_sockets_than_listeners():
    with listening() as first, listening() as second:
        for names in ("a:b", "public:public", "admin:admin"):
            result = refused([first, second], names)
            assert result.returncode == CONFIGURATION and "FileDescriptorName=" in result.stderr
    result = refused([], count="4000000000")
    assert result.returncode == CONFIGURATION and len(result.stderr) < 100_000


def test_ignores_what_was_passed_to_another_process(start):
    gateway = start("demo", environment={"LISTEN_PID": "1", "LISTEN_FDS": "7", "LISTEN_FDNAMES": "public"})
    assert gateway.get("/jobs/visit-42").status == 200


def test_programs_that_it_starts_get_nothing_of_it(upstream, tmp_path):
    """The variables are gone, and the descriptors closed."""
    manager = Manager(str(tmp_path / "n"))
    program, seen = tmp_path / "source", tmp_path / "seen"
    program.write_text(f"#!{sys.executable}\nimport json, os\n"
                       f"seen = {{'names': list(os.environ), 'files': [os.readlink(f'/proc/self/fd/{{n}}') for n in "
                       "os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}')]}\n"
                       f"open({str(seen)!r}, 'w').write(json.dumps(seen))\n"
                       "print(json.dumps({'Version': 1, 'AccessKeyId': 'AKIDEXAMPLE', 'SecretAccessKey': 'a-secret-of-the-tests'}))\n")
    program.chmod(0o700)
    (tmp_path / "config").write_text(f"[default]\nregion = us-east-1\ncredential_process = {program}\n")
    environment = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "WATCHDOG_USEC": "1000000",
                   "AWS_ENDPOINT_URL_TRANSCRIBE": f"http://127.0.0.1:{upstream.port}"} | manager.variables
    with listening() as server:
        gateway = Activated([server], "public", command="serve", environment=environment)
        assert gateway.get("/jobs/fine-1").status == 200
        assert gateway.stop() == 0
    manager.close()
    found = json.loads(seen.read_text())
    assert not [name for name in found["names"] if name.startswith(("LISTEN_", "NOTIFY_", "WATCHDOG_"))]
    assert not [file for file in found["files"] if file.startswith("socket:")]


def test_systemd_socket_activate_starts_it(tmp_path):
    program = shutil.which("systemd-socket-activate")
    if program is None:
        pytest.skip("skipped: no systemd-socket-activate on this machine")
    path = str(tmp_path / "s")
    process = subprocess.Popen(
        [program, "--listen", path, "--fdname", "public", BINARY, "demo", *arguments_for(ON_FREE_PORTS)],
        env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with eventually(lambda: connection(path)) as wire:
            assert wire.send(request("/jobs/visit-42")).answer().status == 200
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def connection(path):
    """None while nothing listens there."""
    try:
        return Wire(path)
    except (ConnectionRefusedError, FileNotFoundError):
        return None


# Before the listeners are open

@pytest.fixture
def searching(tmp_path):
    """Starts a gateway whose search for credentials lasts, and gives its process and the file that its source has made."""
    program, begun = tmp_path / "source", tmp_path / "begun"
    program.write_text(f"#!/bin/sh\necho $$ > {begun}.new && mv {begun}.new {begun}\nexec sleep 60\n")
    program.chmod(0o700)
    (tmp_path / "config").write_text(f"[default]\nregion = us-east-1\ncredential_process = {program}\n")
    processes = []

    def start(environment=None):
        process = subprocess.Popen(
            [BINARY, "serve", *arguments_for(ON_FREE_PORTS | {"log.format": "json"})], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env=clean_environment({"AWS_CONFIG_FILE": str(tmp_path / "config")} | (environment or {})))
        processes.append(process)
        eventually(begun.exists)
        return process, int(begun.read_text())

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_search_for_credentials_ends_it_at_once(searching, number):
    process, source = searching()
    start = time.monotonic()
    process.send_signal(number)
    output, errors = process.communicate(timeout=5)
    assert time.monotonic() - start < 3
    assert process.returncode == 0 and errors == ""
    line, = [json.loads(line) for line in output.splitlines()]
    assert line["message"] == "stopped by a signal before the start had finished" and line["signal"] == number.name
    # The source has ended too.
    eventually(lambda: not os.path.exists(f"/proc/{source}"))


def test_systemd_is_told_of_that_stop(searching, manager):
    process, _ = searching(manager.variables)
    process.send_signal(signal.SIGTERM)
    assert manager.message()["STOPPING"] == "1"
    assert process.wait(5) == 0
    assert manager.messages() == []


# While the listeners open

@contextlib.contextmanager
def opening(path, manager):
    """A gateway that waits for the lock of its public listener's path, until the block ends."""
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [BINARY, "demo", *arguments_for(ON_FREE_PORTS | {"listen.host": f"unix:{path}", "log.format": "json"})],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment(manager.variables))
        try:
            eventually(lambda: has_open(process.pid, lock.name), within=20)
            yield process
        except BaseException:
            process.kill()
            raise


def has_open(pid, path):
    folder = f"/proc/{pid}/fd"
    return any(os.readlink(f"{folder}/{number}") == path for number in os.listdir(folder)
               if os.path.lexists(f"{folder}/{number}"))


def stop_before(process, manager):
    process.send_signal(signal.SIGTERM)
    assert manager.message()["STOPPING"] == "1"
    assert '"stopping, because a signal came"' in process.stdout.readline()


def ended(process):
    """The end of its output."""
    try:
        return process.communicate(timeout=15)
    finally:
        process.kill()
        process.wait()


def test_a_stop_ends_a_start_whose_listener_then_fails(tmp_path, manager):
    path = tmp_path / "public"
    path.write_text("no socket")
    with opening(path, manager) as process:
        stop_before(process, manager)
    output, errors = ended(process)
    assert process.returncode == CONFIGURATION and "a file that is no socket has this path" in errors + output


def test_a_stop_that_comes_while_the_listeners_open_is_not_taken_back(tmp_path, manager):
    with opening(tmp_path / "public", manager) as process:
        stop_before(process, manager)
    output, _ = ended(process)
    assert process.returncode == 0
    messages = [json.loads(line)["message"] for line in output.splitlines() if line.startswith("{")]
    assert "stopped" in messages and "the gateway is ready" not in messages
    assert manager.messages() == []
