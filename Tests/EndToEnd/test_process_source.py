"""Credentials from a program that a profile names (`credential_process`)."""

import json
import time

import pytest

from conftest import UNLIMITED
from doctor import SECRET, doctor, findings
from gateway import run, upstream_at
from timeouts import eventually

SET = json.dumps({"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": SECRET})
COMPLAINT = "session expired: run corp-login first"


@pytest.fixture
def environment(tmp_path, upstream):
    """Gives the variables for a profile whose program runs a script of the shell's."""
    def environment(script):
        program = tmp_path / "corp-login"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        config = tmp_path / "config"
        config.write_text(f"[profile corp]\ncredential_process = {program}\n")
        aws = upstream_at(upstream.port) | {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "corp"}
        return {name: value for name, value in aws.items() if "KEY" not in name}
    return environment


def test_doctor_and_serve_tell_what_a_program_wrote(environment):
    aws = environment(f"printf '\\033[31mwarning\\033[0m\\n' >&2; echo '{COMPLAINT}' >&2; exit 3")
    words = ("the credential_process of profile 'corp' ended with status 3; to its standard error it wrote: "
             f"warning | {COMPLAINT}")
    found = doctor(environment=aws)
    assert found.returncode == 1 and findings(found)["profile"] == words
    refused = run("serve", environment=aws)
    assert refused.returncode == 78 and words in refused.stderr


def test_a_program_that_fails_later_is_told_in_the_log_and_to_probes(start, environment):
    """It takes longer than the start waits. Only the log has what it wrote: that may hold secrets."""
    gateway = start("serve", UNLIMITED, environment(f"sleep 3; echo '{COMPLAINT}' >&2; exit 3"))
    line = gateway.wait_for_line(message="there are no credentials")
    assert line["reason"].endswith(f"ended with status 3; to its standard error it wrote: {COMPLAINT}")
    eventually(lambda: "ended with status 3" in gateway.ask_admin("/readyz").body.decode(), within=2)
    assert COMPLAINT not in gateway.ask_admin("/readyz").body.decode()


def test_secrets_in_what_a_program_wrote_are_hidden(environment):
    key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    aws = environment(f"echo 'debug: secret={key}' >&2; exit 1")
    for result in run("doctor", environment=aws), run("serve", environment=aws):
        assert "debug: secret=(hidden)" in result.stdout + result.stderr
        assert key not in result.stdout + result.stderr


def test_a_program_that_gives_credentials_may_warn(start, environment):
    assert start("serve", UNLIMITED, environment(f"echo '{COMPLAINT}' >&2; echo '{SET}'")).get("/jobs/fine-1").status == 200


def test_a_program_that_leaves_a_process_with_its_output_is_told_so(environment):
    aws = environment(f"sleep 600 & echo '{SET}'")
    began = time.monotonic()
    found = doctor(environment=aws)
    assert found.returncode == 1 and time.monotonic() - began < 10
    assert findings(found)["profile"] == (
        "the credential_process of profile 'corp' ended, but a process that it started holds its standard output open: "
        "redirect that one's output and standard error")


def test_a_program_may_leave_a_process_with_an_output_of_its_own(start, environment):
    gateway = start("serve", UNLIMITED, environment(f"sleep 5 >/dev/null 2>&1 & echo '{SET}'"))
    assert gateway.get("/jobs/fine-1").status == 200
