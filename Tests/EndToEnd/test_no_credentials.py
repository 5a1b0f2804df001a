"""A start without any credentials ends soon, and names each source that was tried."""

import time

import pytest

from black_hole import BlackHole
from gateway import logged_end, run

SOURCES = ["environment:", "profile:", "web identity:", "container:", "instance metadata:"]
FREE_PORTS = ["--port", "0", "--set", "admin.port=0"]


@pytest.mark.parametrize("metadata", ["silent", "refusing", "switched off"])
def test_a_start_without_credentials_fails_in_time_and_names_each_source(metadata):
    with BlackHole() as hole:
        variables = {
            "silent": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": hole.url},
            "refusing": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"},
            "switched off": {"AWS_EC2_METADATA_DISABLED": "true"},
        }[metadata]
        began = time.monotonic()
        result = run("serve", *FREE_PORTS, environment={"AWS_REGION": "us-east-1"} | variables)
        assert time.monotonic() - began < 3
    # A silent service may be that of an instance that has just started.
    assert (result.returncode, logged_end(result)) == (75 if metadata == "silent" else 78, result.stderr)
    places = [result.stderr.find(source) for source in SOURCES]
    assert -1 not in places and places == sorted(places), result.stderr
    words = {"silent": "hop limit", "refusing": "cannot be reached", "switched off": "AWS_EC2_METADATA_DISABLED"}
    assert words[metadata] in result.stderr


@pytest.mark.parametrize("variables, words", [
    ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://agent.example/"}, "AWS_CONTAINER_CREDENTIALS_FULL_URI must be"),
    ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent"}, "AWS_ROLE_ARN"),
    ({"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv5"}, "must be IPv4 or IPv6"),
])
def test_a_source_that_is_half_set_up_is_told(variables, words):
    result = run("serve", *FREE_PORTS, environment={"AWS_REGION": "us-east-1"} | variables)
    assert result.returncode == 78 and words in result.stderr
