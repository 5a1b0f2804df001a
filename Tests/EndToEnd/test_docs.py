"""The page /docs in a real browser, and each of its samples as it stands there."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from browser import needs_browser
from gateway import REPOSITORY
from timeouts import eventually
from wire import request

READING = json.loads((REPOSITORY / "Sources/Gateway/Resources/reading.json").read_text())
OPERATIONS = {operation["id"]: operation for group in READING["groups"] for operation in group["operations"]}
SAMPLES = {f"{id}, {sample['language']}: {sample['label']}": (sample["language"], sample["source"])
           for id, operation in OPERATIONS.items() for sample in operation["samples"]}
ORIGIN = "http://127.0.0.1:8080"
COMMANDS = {"Shell": ["bash", "-c"], "Python": [sys.executable, "-c"], "JavaScript": ["node", "--input-type=module", "-e"]}


def url(gateway, target="/docs"):
    return f"http://127.0.0.1:{gateway.port}{target}"


def result(tab, operation):
    return tab.evaluate(f"document.querySelector('#{operation} output').textContent")


def send(tab, operation, **values):
    for name, value in values.items():
        tab.evaluate(f"document.getElementById('{operation}-{name}').value = {json.dumps(value)}")
    tab.evaluate(f"document.querySelector('#{operation} form').requestSubmit()")


@needs_browser
def test_shows_the_api_and_breaks_no_policy(start, browser):
    gateway = start("demo")
    tab = browser.open(url(gateway))
    tab.shows("Look up a job, or wait for its end")
    for operation in OPERATIONS.values():
        assert f"GET {operation['path']}" in tab.document
    # The samples name the address that the reader came to.
    eventually(lambda: tab.evaluate("document.querySelector('.sample').textContent").count(url(gateway, "")) == 1)
    assert ORIGIN not in tab.evaluate("[...document.querySelectorAll('.sample')].map((each) => each.textContent).join()")
    assert tab.complaints == []


@needs_browser
def test_a_form_shows_what_its_request_gets(start, browser):
    tab = browser.open(url(start("demo", {"limits.client.rate": 0})))
    tab.shows("Try it")
    send(tab, "getJob")
    eventually(lambda: '"status": "COMPLETED"' in result(tab, "getJob"))
    text = result(tab, "getJob")
    assert text.startswith("GET /jobs/visit-42\n200 OK\n") and "etag: " in text and '"name": "visit-42"' in text
    send(tab, "getJob", name="visit-43", fields="status,failureReason", wait="1")
    eventually(lambda: '"FAILED"' in result(tab, "getJob"))
    assert "GET /jobs/visit-43?fields=status,failureReason&wait=1\n200" in result(tab, "getJob")
    assert "createdAt" not in result(tab, "getJob") and "preference-applied: wait=1" in result(tab, "getJob")
    send(tab, "getJobs")
    eventually(lambda: '"code": "job-not-found"' in result(tab, "getJobs"))
    send(tab, "getProblemType", type="stopping")
    eventually(lambda: "/problems/stopping" in result(tab, "getProblemType"))
    # A problem is shown as any answer is. The browser writes a line of its own about each.
    send(tab, "getJob", name="visit/42", fields="", wait="")
    eventually(lambda: '"code": "invalid-job-name"' in result(tab, "getJob"))
    assert "GET /jobs/visit%2F42\n400 Bad Request" in result(tab, "getJob")
    assert len(tab.navigations) == 1
    assert [each for each in tab.complaints if each.get("entry", {}).get("source") != "network"] == []


@needs_browser
def test_a_form_shows_a_stream_as_it_comes(serve, upstream, browser):
    gateway = serve({"cache.ttl.running": "100ms"})
    upstream.behaviour = "running"
    tab = browser.open(url(gateway))
    tab.shows("Try it")
    send(tab, "getJobEvents", name="visit-1")
    eventually(lambda: "IN_PROGRESS" in result(tab, "getJobEvents"))
    upstream.behaviour = "fine"
    eventually(lambda: "COMPLETED" in result(tab, "getJobEvents"), within=10)
    eventually(lambda: tab.evaluate("document.querySelector('#getJobEvents .stop').hidden"))
    upstream.behaviour = "running"
    send(tab, "getJobEvents", name="visit-2")
    eventually(lambda: "IN_PROGRESS" in result(tab, "getJobEvents"))
    tab.evaluate("document.querySelector('#getJobEvents .stop').click()")
    eventually(lambda: "(stopped)" in result(tab, "getJobEvents"))
    assert tab.complaints == []


@needs_browser
@pytest.mark.parametrize("operation, words", [
    ("getJob", "visit-42"), ("getJobs", '{"jobs":['), ("getProblemType", "90 days")])
def test_without_script_each_form_leads_to_its_example(start, browser, operation, words):
    gateway = start("demo")
    tab = browser.open(url(gateway), script=False)
    tab.shows("Try it")
    form = re.search(rf'<section id="{operation}".*?<form(.*?)</form>', tab.document, re.DOTALL)[1]
    fields = re.findall(r"<(?:input|select) [^>]*>", form)
    sent = "&".join(f"{name}={value}" for field in fields if "disabled" not in field
                    for name, value in re.findall(r' name="([^"]+)"[^>]* value="([^"]*)"', field))
    target = re.search(r'action="([^"]+)"', form)[1]
    page = browser.open(url(gateway, f"{target}?{sent}".rstrip("?")), script=False)
    page.shows(words)


@pytest.mark.parametrize("name", [name for name in SAMPLES if "browser" not in name])
def test_a_sample_does_what_it_says(gateway, name):
    language, source = SAMPLES[name]
    command = COMMANDS[language]
    if shutil.which(command[0]) is None or "jq" in source and shutil.which("jq") is None:
        pytest.skip(f"skipped: no {command[0]} or jq on this machine")
    text = source.replace(ORIGIN, url(gateway, ""))
    assert text != source
    done = subprocess.run([*command, text], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "COMPLETED" in done.stdout


@needs_browser
def test_the_sample_for_a_browser_does_what_it_says(gateway, browser):
    [source] = [source for name, (_, source) in SAMPLES.items() if "browser" in name]
    tab = browser.open(url(gateway))
    tab.shows("Try it")
    # In a block of its own: the names of the page's script are taken.
    tab.evaluate("{" + source.replace(ORIGIN, url(gateway, "")) + "}")
    said = eventually(lambda: [each["args"][0]["value"] for each in tab.complaints if "args" in each])
    assert said == ["COMPLETED"]


def test_it_is_small_and_asked_for_once(gateway):
    with gateway.wire() as wire:
        page = wire.send(request("/docs")).answer()
        assert len(page.body) < 120_000 and page.fields["cache-control"] == "max-age=300"
        again = wire.send(request("/docs", f"If-None-Match: {page.fields['etag']}")).answer()
        assert again.status == 304 and "default-src 'none'" in page.fields["content-security-policy"]
