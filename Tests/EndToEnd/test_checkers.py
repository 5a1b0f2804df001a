"""What checkers from outside the project say of the answers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(sys.executable).parent
PAGE = "Accept: text/html"


@pytest.fixture
def answers(gateway):
    """One answer of each kind, by name: the request's target and extra header lines."""
    e_tag = gateway.get("/jobs/fine-1").fields["etag"]
    return {
        "job": ("/jobs/fine-1", []),
        "not modified": ("/jobs/fine-1", [f"If-None-Match: {e_tag}"]),
        "problem": ("/jobs/unknown-1", []),
        "page": ("/jobs/fine-1", [PAGE]),
        "problem's page": ("/jobs/unknown-1", [PAGE]),
        "form": ("/", []),
        "description": ("/openapi.yaml", []),
    }


def url(gateway, target):
    return f"http://127.0.0.1:{gateway.port}{target}"


def findings(gateway, target, lines):
    """The findings of httplint, as `[LEVEL] text`."""
    options = [option for line in lines for option in ("-H", line)]
    answer = subprocess.run(
        ["curl", "-is", "--raw", *options, url(gateway, target)], capture_output=True, check=True).stdout
    report = subprocess.run([TOOLS / "httplint", "-n"], input=answer, capture_output=True, check=True).stdout.decode()
    assert "[GOOD]" in report, report
    return [line.strip("* ") for line in report.splitlines() if "[BAD]" in line or "[WARN]" in line]


def test_httplint_finds_nothing_wrong(gateway, answers):
    found = {name: findings(gateway, *answer) for name, answer in answers.items()}
    # The library writes the Content-Type that a 304 shares with its 200; RFC 9110 §15.4.5 advises against, not more.
    advice = "[WARN] This 304 (Not Modified) response contains headers that should not be sent."
    assert found.pop("not modified") in ([], [advice])
    assert set(map(tuple, found.values())) == {()}, found


@pytest.mark.parametrize("target", ["/jobs/fine-1", "/jobs/unknown-1", "/", "/openapi.yaml"])
def test_redbot_finds_nothing_wrong(gateway, target):
    report = subprocess.run(
        [TOOLS / "redbot", "-o", "har", url(gateway, target)], capture_output=True, check=True, timeout=60).stdout
    notes = [note for entry in json.loads(report)["log"]["entries"] for note in entry["_red_messages"]]
    assert notes and not [note for note in notes if note["level"] in ("BAD", "WARN")], notes


# Rules of drheader that do not fit, each with its reason.
WAIVED = {
    "Strict-Transport-Security": "the gateway speaks plain HTTP behind what ends TLS",
    "Pragma": "for caches older than HTTP/1.1",
    "X-XSS-Protection": "for browsers that have gone",
    "Cache-Control": "no-store, without the max-age=0 that it implies; a job's document may be revalidated",
    "Content-Security-Policy": "pages have one; documents are not rendered",
    "X-Frame-Options": "pages have one; documents are not rendered",
    "Content-Security-Policy - form-action": "the form leads to this gateway",
}
ONLY_FOR_DOCUMENTS = {"Content-Security-Policy", "X-Frame-Options"}


@pytest.mark.parametrize("target, is_page", [("/jobs/fine-1", False), ("/jobs/unknown-1", False), ("/", False),
                                             ("/jobs/fine-1?format=html", True)])
def test_drheader_finds_only_what_is_waived(gateway, target, is_page):
    report = subprocess.run(
        [TOOLS / "drheader", "scan", "single", url(gateway, target), "-o", "json"], capture_output=True, text=True,
    ).stdout
    broken = {finding["rule"]: finding["message"] for finding in json.loads(report[report.index("["):])}
    allowed = set(WAIVED) - (ONLY_FOR_DOCUMENTS if is_page else set())
    assert not set(broken) - allowed, broken
