"""The unit for systemd, and the Debian package: made, read by lintian, installed, updated and removed."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from debian import Debian, make_package, needs_root_system
from gateway import BINARY, REPOSITORY, run

UNITS = REPOSITORY / "deploy/systemd"
UNIT = UNITS / "transcribe-gateway.service"
FILES = REPOSITORY / "deploy/debian"
AWS = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests"}
# What systemd-analyze says of the unit at most, from 0 (may do nothing) to 10. What it still may do: reach the network
# (1.1 of it), and be in the root file system of the machine.
EXPOSURE = 1.1
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="skipped: no systemd on this machine")
needs_shellcheck = pytest.mark.skipif(shutil.which("shellcheck") is None, reason="skipped: no shellcheck on this machine")


@needs_systemd
def test_systemd_finds_no_mistake_in_the_units(tmp_path):
    for unit in UNITS.iterdir():
        (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/bin/transcribe-gateway", str(BINARY)))
    drop_in = tmp_path / f"{UNIT.name}.d"
    drop_in.mkdir()
    shutil.copy(FILES / "credentials.conf", drop_in)
    assert complaints(tmp_path) == []
    (drop_in / "mistaken.conf").write_text("[Service]\nLoadCredentials=name\n")
    assert len(complaints(tmp_path)) == 1


@needs_systemd
def test_the_unit_may_do_little():
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE * 10:.0f}", UNIT],
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{EXPOSURE}" in result.stdout.splitlines()[-1], "it may do less than this test says: lower EXPOSURE"


def test_every_variable_of_the_unit_is_known_to_the_program(tmp_path):
    given = dict(pair.split("=", 1) for pair in values(UNIT, "Environment"))
    # Read by Swift's run-time library.
    assert given.pop("LIBDISPATCH_LOG") == "NO"
    assert given == {"GATEWAY_CONFIG": "/etc/transcribe-gateway/config.json"}
    result = run("check", environment=AWS | {"GATEWAY_CONFIG": str(FILES / "config.json")})
    assert (result.returncode, result.stderr) == (0, "")
    documented = (REPOSITORY / "deploy/CONFIGURATION.md").read_text()
    examples = [pair.split("=")[0] for pair in values(FILES / "credentials.conf", "Environment")]
    examples += re.findall(r"^#(\w+)=", (FILES / "environment").read_text(), re.MULTILINE)
    assert [name for name in examples if f"`{name}`" not in documented] == []


def test_the_unit_gives_requests_under_way_their_time():
    settings = effective()
    longest = sum(seconds(settings[f"drain.{key}"]) for key in ("delay", "timeout"))
    assert seconds(values(UNIT, "TimeoutStopSec")[0]) > longest
    [public] = [value for value in values(UNITS / "transcribe-gateway.socket", "ListenStream")]
    assert public == f"{settings['listen.host']}:{settings['listen.port']}"


def test_what_another_start_cannot_mend_is_not_started_again():
    command_line, configuration = run("serve", "--nonsense").returncode, run("check", "--set", "a=b").returncode
    assert values(UNIT, "RestartPreventExitStatus") == [f"{command_line} {configuration}"]


@needs_shellcheck
def test_shellcheck_finds_nothing_in_any_script():
    tracked = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY,
                             capture_output=True, text=True, check=True).stdout.split("\n")
    scripts = [path for path in tracked if path and is_script(REPOSITORY / path)]
    assert {"deploy/package", "deploy/debian/postinst", "Tests/run", "Tests/all"} <= set(scripts)
    result = subprocess.run(["shellcheck", "--external-sources", *scripts], cwd=REPOSITORY, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")


@pytest.fixture
def debian(tmp_path):
    debian = Debian(tmp_path)
    yield debian
    debian.remove()


@needs_root_system
def test_lintian_finds_nothing(package):
    result = subprocess.run(["lintian", "--allow-root", "--fail-on=error,warning,info", package],
                            capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")


@needs_root_system
def test_two_packages_of_one_program_are_equal(package):
    first = package.read_bytes()
    assert make_package().read_bytes() == first


@needs_root_system
def test_the_installed_program_runs_and_leaves_nothing_behind(package, debian):
    before = everything(debian.root)
    debian.must("apt-get", "update", "-qq", within=120)
    shutil.copy(package, debian.root / "root")
    debian.must("apt-get", "install", "-y", "-qq", "--no-install-recommends", f"/root/{package.name}", within=300)

    version = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout
    assert debian.must("transcribe-gateway", "--version") == version
    settings = debian.must("transcribe-gateway", "check", GATEWAY_CONFIG="/etc/transcribe-gateway/config.json", **AWS)
    assert "listen.host" in settings and "a-secret-of-the-tests" not in settings
    failed = debian.run("transcribe-gateway", "serve")
    assert failed.returncode in (75, 78) and "AWS_REGION" in failed.stdout + failed.stderr

    # An operator's change outlives an update.
    config = debian.root / "etc/transcribe-gateway/config.json"
    config.write_text(json.dumps({"listen": {"port": 8000}}))
    debian.must("dpkg", "--install", f"/root/{package.name}")
    assert json.loads(config.read_text()) == {"listen": {"port": 8000}}

    debian.must("apt-get", "purge", "-y", "-qq", "transcribe-gateway")
    ours = {path for path in everything(debian.root) - before if "transcribe" in path and "/root/" not in path}
    assert ours <= {"/var/lib/dpkg/info/transcribe-gateway.list"}, ours


def complaints(folder):
    """What systemd says of units and what is dropped in beside them. It reads others of this machine too."""
    units = [folder / unit.name for unit in UNITS.iterdir()]
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True,
                            env=os.environ | {"SYSTEMD_UNIT_PATH": f"{folder}:"})
    return [line for line in result.stderr.splitlines() if "transcribe-gateway" in line]


def is_script(path):
    with open(path, "rb") as file:
        first = file.readline(80)
    return first.startswith(b"#!") and re.search(rb"\b(ba)?sh$", first.strip()) or b"# Sourced by Tests/run" in first


def values(path, key):
    return [line.partition("=")[2] for line in path.read_text().splitlines() if line.startswith(f"{key}=")]


def effective():
    """The settings of the package, by key."""
    report = run("check", environment=AWS | {"GATEWAY_CONFIG": str(FILES / "config.json")}).stdout
    return {key.strip(): rest.split()[0] for key, _, rest in (row.partition(" = ") for row in report.splitlines())}


def seconds(duration):
    return int(re.fullmatch(r"(\d+)s", duration)[1])


def everything(root):
    return {f"/{path.relative_to(root)}" for path in Path(root).rglob("*")}
