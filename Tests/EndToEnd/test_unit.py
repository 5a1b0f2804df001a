"""The package's unit, run by a systemd."""

import shutil

import pytest

from booted_debian import BootedDebian
from debian import needs_root_system
from timeouts import eventually

pytestmark = needs_root_system
SERVICE, SOCKET = "transcribe-gateway.service", "transcribe-gateway.socket"
ENVIRONMENT = "AWS_REGION=eu-west-1\nAWS_ACCESS_KEY_ID=AKIDEXAMPLE\nAWS_SECRET_ACCESS_KEY=a-secret-of-the-tests\n"


@pytest.fixture(scope="module")
def system(package, tmp_path_factory):
    system = BootedDebian(tmp_path_factory.mktemp("system"))
    try:
        system.must("apt-get", "update", "-qq", within=120)
        shutil.copy(package, system.root / "root")
        system.must("apt-get", "install", "-y", "-qq", "--no-install-recommends", "systemd", "dbus",
                    f"/root/{package.name}", within=400)
        (system.root / "etc/default/transcribe-gateway").write_text(ENVIRONMENT)
        # Shorter than the unit's, so that the tests take less time.
        drop_in = system.root / f"etc/systemd/system/{SERVICE}.d"
        drop_in.mkdir()
        (drop_in / "quick.conf").write_text("[Service]\nWatchdogSec=10s\nRestartSec=100ms\n")
        system.boot()
        yield system
    finally:
        system.remove()


@pytest.fixture
def started(system):
    # Returns when the gateway has said that it is ready.
    system.must("systemctl", "start", SERVICE)
    yield system
    system.must("systemctl", "stop", SERVICE, SOCKET)


def journal(system):
    """What the gateway itself has written."""
    return system.must("journalctl", "--output", "cat", "--identifier", "transcribe-gateway")


def of(system, name):
    return system.must("systemctl", "show", SERVICE, "--property", name, "--value").strip()


def test_it_is_ready_when_systemd_says_so_and_may_do_little(started):
    assert started.fetch("http://127.0.0.1:8081/readyz").startswith('{"status":"ready"')
    status = started.must("cat", f"/proc/{of(started, 'MainPID')}/status")
    assert "CapBnd:\t0000000000000000" in status and "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status
    assert "\nUid:\t0\t" not in status
    # Its own lines only: Swift's run-time library writes none.
    assert [line for line in journal(started).splitlines() if not line.startswith("{")] == []


def test_a_reload_leaves_it_running(started):
    process = of(started, "MainPID")
    started.must("systemctl", "reload", SERVICE)
    eventually(lambda: '"message":"configuration reloaded"' in journal(started))
    eventually(lambda: of(started, "ActiveState") == "active")
    assert of(started, "MainPID") == process


def test_an_update_of_the_package_starts_it_again(started, package):
    process = of(started, "MainPID")
    started.must("dpkg", "--install", f"/root/{package.name}")
    assert of(started, "ActiveState") == "active" and of(started, "MainPID") != process


@pytest.mark.parametrize("signal", ["KILL", "STOP"])
def test_one_that_ends_or_hangs_is_started_again(started, signal):
    process = of(started, "MainPID")
    started.must("systemctl", "kill", f"--signal={signal}", SERVICE)
    eventually(lambda: of(started, "MainPID") not in ("0", process), within=40)
    eventually(lambda: of(started, "ActiveState") == "active")


def test_a_configuration_that_is_not_valid_is_not_tried_again(system):
    file = system.root / "etc/default/transcribe-gateway"
    file.write_text(ENVIRONMENT + "GATEWAY_NONSENSE=1\n")
    try:
        assert system.run("systemctl", "start", SERVICE).returncode != 0
        assert (of(system, "ExecMainStatus"), of(system, "ActiveState")) == ("78", "failed")
    finally:
        file.write_text(ENVIRONMENT)
        system.must("systemctl", "reset-failed", SERVICE)


def test_secrets_are_handed_over_as_the_example_has_it(system):
    files = {"aws-credentials": "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = a-secret\n",
             "name-key": "00112233445566778899aabbccddeeff"}
    for name, text in files.items():
        path = system.root / "etc/transcribe-gateway" / name
        path.write_text(text)
        path.chmod(0o600)
    drop_in = system.root / f"etc/systemd/system/{SERVICE}.d/credentials.conf"
    shutil.copy(system.root / "usr/share/doc/transcribe-gateway/examples/credentials.conf", drop_in)
    environment = system.root / "etc/default/transcribe-gateway"
    environment.write_text("AWS_REGION=eu-west-1\n")
    try:
        system.must("systemctl", "daemon-reload")
        system.must("systemctl", "start", SERVICE)
        assert '"status":"ready"' in system.fetch("http://127.0.0.1:8081/readyz")
        process = of(system, "MainPID")
        assert "profile" in system.fetch("http://127.0.0.1:8081/readyz")
        [last] = [line for line in journal(system).splitlines() if '"listening"' in line][-1:]
        assert "log.nameKey" not in journal(system).split(last)[1]
        assert "a-secret" not in system.must("cat", f"/proc/{process}/environ")
    finally:
        drop_in.unlink()
        environment.write_text(ENVIRONMENT)
        system.must("systemctl", "daemon-reload")
        system.must("systemctl", "stop", SERVICE)


def test_a_client_of_the_socket_starts_it_and_waits(system):
    system.must("systemctl", "start", SOCKET)
    try:
        assert of(system, "ActiveState") == "inactive"
        assert system.fetch("http://127.0.0.1:8080/livez").strip() == "alive"
        assert of(system, "ActiveState") == "active"
    finally:
        system.must("systemctl", "stop", SOCKET, SERVICE)
