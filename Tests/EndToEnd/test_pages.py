"""The pages in a real browser, if there is one: Chromium, without a network and without script."""

import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="skipped: no chromium on this machine")


@pytest.fixture
def demo(start):
    return start("demo", {"limits.client.rate": 0})


def visit(gateway, target, *options):
    """The page's document as the browser has it, and what it said on its console."""
    browser = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
         "--virtual-time-budget=2000", *options, "--dump-dom", f"http://127.0.0.1:{gateway.port}{target}"],
        capture_output=True, text=True, timeout=60)
    return browser.stdout, [line for line in browser.stderr.splitlines() if "CONSOLE" in line]


@needs_browser
@pytest.mark.parametrize(
    "target, words",
    [("/", "Look up a job"), ("/jobs/visit-42", "COMPLETED"), ("/jobs/visit-43", "does not match"),
     ("/jobs/visit-44", "QUEUED"), ("/jobs/visit-45", "There is no such job"), ("/problems/job-not-found", "90 days")])
def test_pages_show_and_nothing_breaks_their_policy(demo, target, words):
    document, console = visit(demo, target)
    assert words in document
    assert console == []


@needs_browser
def test_the_form_works_without_script(demo):
    """What the browser sends is what the form says; no page has a script, and their policy would not let one run."""
    document, _ = visit(demo, "/")
    form = re.search(r'<form action="([^"]+)" method="get">.*?<input[^>]* name="([^"]+)"', document)
    page, console = visit(demo, f"{form[1]}?{form[2]}=visit-42")
    assert "COMPLETED" in page and "<h1>visit-42</h1>" in page
    assert "<script" not in document + page
    assert console == []
