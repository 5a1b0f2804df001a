"""The listeners on Unix sockets: which users reach them, how clients are counted, and what stays of the file."""

import contextlib
import os
import socket
import stat
import subprocess
import tempfile
import threading

import pytest

import balancers
from gateway import Gateway, run, upstream_at
from metrics import metric
from ports import held
from problems import assert_problem
from timeouts import eventually
from wire import Wire, request

CONFIGURATION = 78
UID = f"uid:{os.geteuid()}"
OTHER = 12_345


@pytest.fixture
def folder():
    """A short path: that of a socket has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="s") as path:
        os.chmod(path, 0o755)
        yield path


@pytest.fixture
def on_sockets(serve, folder):
    def start(settings=None):
        return serve({"listen.host": f"unix:{folder}/public", "admin.host": f"unix:{folder}/admin"} | (settings or {}))
    return start


def test_answers_under_any_host_and_counts_users(on_sockets, folder):
    gateway = on_sockets({"limits.client.rate": "1/m", "limits.client.burst": 2, "clients.allow": "192.0.2.1"})
    for host in ("gateway.example", "localhost"):
        with gateway.wire() as wire:
            answer = wire.send(request("/jobs/fine-1", host=host)).answer()
            assert answer.status == 200
        assert gateway.access_of(answer)["client.address"] == UID
    assert_problem(gateway.get("/jobs/fine-1"), 429)
    listening = gateway.wait_for_line(message="listening")
    assert (listening["address"], listening["adminAddress"]) == (f"unix:{folder}/public", f"unix:{folder}/admin")
    assert "port" not in listening and "adminPort" not in listening
    assert not [line for line in gateway.log if "listen.hosts" in line["message"] or "libmicrohttpd" in line["message"]]


def test_has_listed_hosts_only_where_a_setting_lists_them(on_sockets):
    gateway = on_sockets({"listen.hosts": "gateway.example"})
    with gateway.wire() as wire:
        assert_problem(wire.send(request("/jobs/fine-1")).answer(), 421, "wrong-host")
        assert wire.send(request("/jobs/fine-1", host="gateway.example")).answer().status == 200


def test_operators_ask_and_purge_there(on_sockets):
    gateway = on_sockets()
    assert gateway.get("/jobs/fine-1").status == 200
    assert gateway.ask_admin("/cache", method="DELETE").status == 204
    with Wire(gateway.admin_port) as wire:
        assert wire.send(request("/readyz", host="any.example")).answer().status == 200
    assert metric(gateway, "transcribe_gateway_connections") == 0
    settings = ["--set", f"admin.host=unix:{gateway.admin_port}"]
    assert run("health", *settings).returncode == run("health", "--ready", *settings).returncode == 0
    assert gateway.stop() == 0
    result = run("health", *settings)
    assert result.returncode == 1 and result.stderr.startswith(gateway.admin_port) and result.stderr.count("\n") == 1


def test_a_trusted_proxy_names_its_clients(on_sockets):
    gateway = on_sockets({"clients.trustedProxies": "unix", "clients.allow": "192.0.2.1"})
    forwarded = gateway.get("/jobs/fine-1", "X-Forwarded-For: 198.51.100.9, 192.0.2.1")
    assert forwarded.status == 200 and gateway.access_of(forwarded)["client.address"] == "192.0.2.1"
    assert_problem(gateway.get("/jobs/fine-1", "X-Forwarded-For: 192.0.2.2"), 403)
    # A proxy on a socket of its own names no address.
    assert_problem(gateway.get("/jobs/fine-1", "X-Forwarded-For: unix:"), 400, "invalid-forwarding")
    assert_problem(gateway.get("/jobs/fine-1", "X-Forwarded-For: uid:0"), 400, "invalid-forwarding")


def test_an_untrusted_peer_names_nobody(on_sockets):
    gateway = on_sockets()
    answer = gateway.get("/jobs/fine-1", "X-Forwarded-For: 192.0.2.1")
    assert gateway.access_of(answer)["client.address"] == UID
    warning, = [line["message"] for line in gateway.log if "X-Forwarded-For" in line["message"]]
    assert "unix" in warning and "clients.trustedProxies" in warning


def test_the_file_is_for_its_owner_and_group_and_goes_with_the_process(on_sockets, folder):
    gateway = on_sockets()
    for path in (gateway.port, gateway.admin_port):
        status = os.lstat(path)
        assert stat.S_ISSOCK(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o660
        assert (status.st_uid, status.st_gid) == (os.geteuid(), os.getegid())
    assert sorted(os.listdir(folder)) == ["admin", "public"]
    assert gateway.stop() == 0
    assert os.listdir(folder) == []


def test_is_replaced_after_a_crash_and_by_no_other_start(on_sockets, folder):
    first = Gateway("demo", {"listen.host": f"unix:{folder}/public", "admin.host": f"unix:{folder}/admin"})
    first.process.kill()
    first.end()
    assert sorted(os.listdir(folder)) == ["admin", "public"]
    second = on_sockets()
    assert second.get("/jobs/fine-1").status == 200
    result = run("demo", "--set", f"listen.host=unix:{folder}/public", "--set", "admin.port=0")
    assert result.returncode == CONFIGURATION
    assert result.stderr == f"listen.host: Cannot listen on unix:{folder}/public: another program listens there.\n"
    assert second.get("/jobs/fine-1").status == 200


def test_a_start_that_fails_leaves_no_file(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("demo", "--set", f"listen.host=unix:{folder}/public", "--set", f"admin.port={taken.getsockname()[1]}")
    assert result.returncode == CONFIGURATION and result.stderr.startswith("admin.host, admin.port: Cannot listen")
    assert os.listdir(folder) == []


@pytest.mark.parametrize("kind", ["file", "link", "folder", "datagram"])
def test_takes_the_place_of_nothing_else(folder, kind):
    path = f"{folder}/public"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        {"file": lambda: open(path, "w").close(), "link": lambda: os.symlink("/etc/passwd", path),
         "folder": lambda: os.mkdir(path), "datagram": lambda: datagrams.bind(path)}[kind]()
        before = os.lstat(path)
        result = run("demo", "--set", f"listen.host=unix:{path}", "--set", "admin.port=0")
    assert result.returncode == CONFIGURATION and result.stderr.startswith("listen.host: Cannot listen")
    after = os.lstat(path)
    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)


@pytest.mark.parametrize("path, allowed", [
    ("/" + "s" * 106, True), ("/" + "s" * 107, False), ("", False), ("relative", False), ("@abstract", False), ("/run/", False)])
@pytest.mark.parametrize("key", ["listen.host", "admin.host"])
def test_check_refuses_a_path_that_cannot_be(key, path, allowed):
    result = run("check", "--set", f"{key}=unix:{path}", environment=upstream_at(1))
    assert result.returncode == (0 if allowed else CONFIGURATION)
    assert allowed or (key in result.stderr and "107 bytes" in result.stderr)


@pytest.mark.skipif(os.geteuid() != 0, reason="skipped: only root becomes another user")
def test_other_users_reach_it_by_the_rights_of_its_file(on_sockets):
    gateway = on_sockets({"limits.client.rate": "1/m", "limits.client.burst": 1})

    def ask(group):
        code = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
                "s.sendall(b'GET /jobs/fine-1 HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n');"
                "print(s.recv(99999).split()[1].decode())")
        return subprocess.run(["/usr/bin/python3", "-c", code, gateway.port], user=OTHER, group=group, extra_groups=[],
                              capture_output=True, text=True, cwd="/")

    assert "PermissionError" in ask(OTHER).stderr
    assert ask(os.getegid()).stdout == "200\n"
    assert gateway.wait_for_line(logger="access", **{"client.address": f"uid:{OTHER}"})
    # Each user has a limit of its own.
    assert ask(os.getegid()).stdout == "429\n"
    assert gateway.get("/jobs/fine-1").status == 200


def test_clients_that_stall_lose_their_connections(on_sockets):
    gateway = on_sockets({"listen.requestTimeout": "500ms", "listen.idleTimeout": "1s", "listen.connections": 16,
                          "listen.perAddress": 0})
    silent = [gateway.wire() for _ in range(8)]
    slow = [gateway.wire().send(b"GET / HTTP/1.1\r\nHo") for _ in range(8)]
    # All places are taken.
    assert gateway.get("/jobs/fine-1").status == 200
    assert all(wire.is_closed() for wire in silent + slow)
    eventually(lambda: metric(gateway, "transcribe_gateway_connections") == 0)


def test_one_user_has_a_part_of_the_connections(on_sockets):
    gateway = on_sockets({"listen.connections": 16})
    held = [gateway.wire().send(request("/jobs/fine-1")) for _ in range(4)]
    assert all(wire.answer().status == 200 for wire in held)
    assert gateway.wire().is_closed()
    assert UID in gateway.wait_for_line(level="warning", listener="public")["message"]


def test_a_stop_loses_nothing_that_was_sent(on_sockets, upstream):
    gateway = on_sockets()
    wires = [gateway.wire().send(request("/jobs/slow-1")) for _ in range(20)]
    gateway.signal()
    gateway.wait_for_line(message="stopping, because a signal came")
    upstream.gate.set()
    assert all(wire.answer().status == 200 for wire in wires)
    assert gateway.end() == 0


def test_clients_that_come_and_go_leave_nothing_open(on_sockets):
    gateway = on_sockets()
    before = len(gateway.descriptors)

    def churn(number):
        for turn in range(100):
            with gateway.wire() as wire:
                if turn % 3:
                    wire.send(request(f"/jobs/fine-{number}")[:turn])

    threads = [threading.Thread(target=churn, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gateway.get("/jobs/fine-1").status == 200
    eventually(lambda: metric(gateway, "transcribe_gateway_connections") == 0)
    eventually(lambda: len(gateway.descriptors) <= before + 2)


NGINX = """
server {{
  listen 127.0.0.1:{port};
  location / {{
    proxy_pass http://unix:{gateway};
    proxy_http_version 1.1;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  }}
}}
"""


def test_nginx_in_front_reaches_it(on_sockets, tmp_path):
    balancers.program("nginx")
    gateway = on_sockets({"clients.trustedProxies": "unix", "clients.allow": "127.0.0.1"})
    # Debian's nginx works as another user unless it is told otherwise, which is not in the gateway's group.
    os.chmod(gateway.port, 0o666)
    with held() as port:
        file = balancers.written("nginx", tmp_path, NGINX.format(port=port, gateway=gateway.port))
        with balancers.running("nginx", file, port), Wire(port) as wire:
            answer = wire.send(request("/jobs/fine-1", host="gateway.example")).answer()
            assert answer.status == 200 and gateway.access_of(answer)["client.address"] == "127.0.0.1"
            head = wire.send(request("/jobs/running-1/events", host="gateway.example")).head()
            assert head.status == 200 and b"event: job" in next(wire.chunks())


# Hostile users of this machine

def test_descriptors_that_a_client_sends_are_not_kept(on_sockets, tmp_path):
    gateway = on_sockets()
    with gateway.wire() as wire, open(tmp_path / "file", "w") as file:
        wire.send(request("/jobs/fine-1")).answer()
        before = gateway.descriptors
        for _ in range(50):
            socket.send_fds(wire.socket, [request("/jobs/fine-1")], [file.fileno()] * 200)
            assert wire.answer().status == 200
        held = {os.readlink(f"/proc/{gateway.process.pid}/fd/{number}") for number in gateway.descriptors - before}
        assert file.name not in held


def test_urgent_bytes_do_not_keep_a_connection(on_sockets):
    """They are no part of the stream, and wait in the kernel (unix(7), MSG_OOB)."""
    gateway = on_sockets({"listen.idleTimeout": "1s", "listen.requestTimeout": "1s"})
    with gateway.wire() as asked, gateway.wire() as silent:
        assert asked.send(request("/jobs/fine-1")).answer().status == 200
        for wire in (asked, silent):
            try:
                wire.socket.send(b"!", socket.MSG_OOB)
            except OSError:
                pytest.skip("skipped: this kernel has no urgent bytes on Unix sockets")
        before = gateway.cpu_seconds
        assert asked.is_closed() and silent.is_closed()
        assert gateway.cpu_seconds - before < 1
    assert gateway.get("/jobs/fine-1").status == 200


def test_a_client_that_reads_nothing_loses_its_connection(on_sockets):
    gateway = on_sockets({"listen.idleTimeout": "1s"})
    with gateway.wire() as wire:
        wire.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                wire.socket.send(request("/openapi.yaml"))
        eventually(lambda: metric(gateway, "transcribe_gateway_connections") == 0, within=10)
    ended = metric(gateway, "transcribe_gateway_connections_ended_total", reason="answer")
    assert ended == 1


def anothers(path):
    with open(path, "w"):
        os.chmod(path, 0o666)
        os.chown(path, OTHER, OTHER)


@pytest.mark.parametrize("make", [
    os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path),
    pytest.param(anothers, marks=pytest.mark.skipif(os.geteuid() != 0, reason="skipped: only root makes others' files"))])
def test_no_user_can_block_a_start_by_the_lock(folder, make):
    """A file of the lock's name that is not this user's is not waited for."""
    path = f"{folder}/public"
    make(f"{path}.lock")
    result = run("demo", "--set", f"listen.host=unix:{path}", "--set", "admin.port=0")
    assert result.returncode == CONFIGURATION and ".lock" in result.stderr
