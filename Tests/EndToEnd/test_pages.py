"""The pages in a real browser, if there is one: Chromium, without a network."""

import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from browser import Browser, needs_browser
from examples import CLIENTS, example
from metrics import metric
from people import url
from ports import held
from timeouts import eventually

pytestmark = needs_browser
# How soon a running job is looked at again, so that its changes are known soon.
SOON = {"cache.ttl.running": "100ms"}


@pytest.fixture
def demo(start):
    return start("demo", {"limits.client.rate": 0})


def streams(gateway):
    """The lines of the access log of event streams, which are written at their end."""
    return [line for line in gateway.accesses if "events" in line]


def watchers(gateway):
    return metric(gateway, "transcribe_gateway_watchers")


@pytest.mark.parametrize(
    "target, words",
    [("/", "Look up a job"), ("/jobs/visit-42", "COMPLETED"), ("/jobs/visit-43", "does not match"),
     ("/jobs/visit-44", "QUEUED"), ("/jobs/visit-45", "There is no such job"), ("/problems/job-not-found", "90 days"),
     ("/problems", "job-not-found")])
def test_pages_show_and_nothing_breaks_their_policy(demo, browser, target, words):
    tab = browser.open(url(demo, target))
    tab.shows(words)
    # The browser says itself that the page of an unknown job has the status 404.
    assert [line for line in tab.complaints if line.get("entry", {}).get("source") != "network"] == []


def test_the_form_works_without_script(demo, browser):
    """What the browser sends is what the form says."""
    home = browser.open(url(demo, "/"), script=False)
    home.shows("Look up a job")
    form = re.search(r'<form action="([^"]+)" method="get"[^>]*>.*?<input[^>]* name="([^"]+)"', home.document)
    page = browser.open(url(demo, f"{form[1]}?{form[2]}=visit-42"), script=False)
    page.shows("COMPLETED")
    assert "<h1>visit-42</h1>" in page.document
    assert home.complaints + page.complaints == []


# The page of a running job

def test_it_shows_the_end_without_a_reload(serve, upstream, browser):
    gateway = serve(SOON)
    upstream.behaviour = "running"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("IN_PROGRESS")
    # The page follows the job before it changes.
    eventually(lambda: watchers(gateway) == 1)
    upstream.behaviour = "fine"
    tab.shows("COMPLETED")
    assert tab.navigations == [url(gateway, "/jobs/visit-1")]
    assert "data-tag" not in tab.document
    # The stream has ended, and the page opens no other.
    assert eventually(lambda: streams(gateway))[0]["events"] == 2
    assert tab.complaints == []
    eventually(lambda: watchers(gateway) == 0)
    assert len(streams(gateway)) == 1


def test_it_shows_the_end_by_reloading_without_script(serve, upstream, browser):
    gateway = serve(SOON)
    upstream.behaviour = "running"
    tab = browser.open(url(gateway, "/jobs/visit-1"), script=False)
    tab.shows("IN_PROGRESS")
    upstream.behaviour = "fine"
    tab.shows("COMPLETED")
    loads = tab.navigations
    assert loads.count(url(gateway, "/jobs/visit-1")) >= 2
    assert not streams(gateway)


def test_a_restart_of_the_gateway_loses_no_change(start, serve, upstream, browser):
    with held() as port:
        gateway = serve(SOON | {"listen.port": port})
        upstream.behaviour = "running"
        tab = browser.open(url(gateway, "/jobs/visit-1"))
        tab.shows("IN_PROGRESS")
        eventually(lambda: watchers(gateway) == 1)
        assert gateway.stop() == 0
        upstream.behaviour = "fine"
        serve(SOON | {"listen.port": port})
        tab.shows("COMPLETED")
        assert len(tab.navigations) == 1


def test_a_refused_stream_is_followed_by_loading(serve, upstream, browser):
    """Where no more streams are allowed, the page shows the end nevertheless."""
    gateway = serve(SOON | {"watch.limit": 0})
    upstream.behaviour = "running"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("IN_PROGRESS")
    eventually(lambda: 503 in {line["http.response.status_code"] for line in gateway.accesses})
    upstream.behaviour = "fine"
    tab.shows("COMPLETED", within=15)
    assert len(tab.navigations) == 1


def test_a_refused_stream_is_asked_for_rarely(serve, upstream, browser):
    """The page looks as often as before, and asks for a stream after 30 s and then after twice as long."""
    gateway = serve(SOON | {"watch.limit": 0})
    upstream.behaviour = "running"
    count = lambda status: [line["http.response.status_code"] for line in gateway.accesses].count(status)
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("IN_PROGRESS")
    eventually(lambda: count(503) == 1 and tab.evaluate("events === null"))
    for seconds, refused in [(9, 1), (9, 1), (9, 1), (30, 2), (30, 2), (20, 2), (60, 3)]:
        looks = count(200)
        tab.skip(seconds)
        eventually(lambda: count(200) > looks and not tab.evaluate("isLooking || events !== null"))
        eventually(lambda: count(503) >= refused)
        assert count(503) == refused


def test_no_stream_is_asked_for_while_looks_fail(serve, upstream, browser):
    gateway = serve(SOON | {"watch.limit": 0, "upstream.attempts": 1, "cache.staleIfError": "0s",
                            "cache.staleWhileRevalidate": "0s"})
    upstream.behaviour = "running"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("IN_PROGRESS")
    eventually(lambda: tab.evaluate("document.readyState === 'complete' && streamAfter > 0"))
    upstream.behaviour = "500"
    tab.shows('id="notice"', within=20)
    for failures in range(2, 5):
        tab.skip(1000)
        eventually(lambda: tab.evaluate("failures") == failures)
        # The pause is the failed look's own.
        assert tab.evaluate("refusals === 1 && events === null && due - Date.now() > 1000 * 3")
    upstream.behaviour = "running"
    # After two failures in a row the gateway asks for the job every two seconds at most.
    eventually(lambda: gateway.get("/jobs/visit-1").status == 200)
    tab.skip(1000)
    eventually(lambda: tab.evaluate("failures === 0 && refusals === 2"))


def test_it_shows_that_the_job_is_gone(serve, upstream, browser):
    gateway = serve(SOON)
    upstream.behaviour = "running"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("IN_PROGRESS")
    upstream.behaviour = "missing"
    tab.shows("There is no such job", within=20)
    assert len(tab.navigations) == 1 and "data-tag" not in tab.document


def test_more_pages_than_a_browser_has_connections(serve, upstream, browser):
    """A page in the background gives its connection back, and looks at once when it is shown again."""
    gateway = serve(SOON)
    upstream.behaviour = "running"
    tabs = []
    for number in range(8):
        tabs.append(browser.open(url(gateway, f"/jobs/visit-{number}")))
        tabs[-1].shows("IN_PROGRESS")
    eventually(lambda: watchers(gateway) == 1)
    upstream.behaviour = "fine"
    for tab in tabs:
        tab.bring_to_front()
        tab.shows("COMPLETED")
        assert len(tab.navigations) == 1


@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="skipped: the demo's job runs for half a minute")
def test_the_running_job_of_the_demo(demo, browser):
    followed = browser.open(url(demo, "/jobs/visit-44"))
    followed.shows("QUEUED")
    other = Browser()
    reloaded = other.open(url(demo, "/jobs/visit-44"), script=False)
    reloaded.shows("QUEUED")
    for status, within in [("IN_PROGRESS", 30), ("COMPLETED", 45)]:
        followed.shows(status, within)
        reloaded.shows(status, within)
    assert len(followed.navigations) == 1
    assert reloaded.navigations.count(url(demo, "/jobs/visit-44")) > 3
    other.close()


# Pages of other origins

class App(ThreadingHTTPServer):
    """Pages of an origin of their own, which run the example of deploy/CLIENTS.md against the port in the path."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Shown)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Shown(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f"""<p></p><script>
            const gateway = "http://127.0.0.1:{self.path[1:]}", job = "visit-1", line = document.querySelector("p");
            const show = (job) => {{ line.textContent += job.status + " "; }};
            {example(CLIENTS, "js", 1)}
            events.addEventListener("open", () => {{ line.textContent += "open "; }});
            events.addEventListener("error", () => {{ line.textContent += "state " + events.readyState + " "; }});
            </script>""".encode())

    def log_message(self, *_):
        """Keeps the server's log out of the test's output."""


@pytest.fixture
def app():
    app = App()
    yield app
    app.shutdown()
    app.server_close()


def test_pages_of_allowed_origins_follow_a_job(serve, upstream, browser, app):
    origin = f"http://127.0.0.1:{app.server_port}"
    with held() as port:
        settings = SOON | {"cors.origins": origin, "listen.port": port}
        gateway = serve(settings)
        upstream.behaviour = "running"
        tab = browser.open(f"{origin}/{port}")
        tab.shows("open IN_PROGRESS")
        # EventSource connects again by itself and says what it has seen: it gets nothing twice.
        assert gateway.stop() == 0
        tab.shows("IN_PROGRESS state 0")
        gateway = serve(settings)
        tab.shows("IN_PROGRESS state 0 open")
        upstream.behaviour = "fine"
        tab.shows("COMPLETED")
        assert [tab.document.count(status) for status in ("IN_PROGRESS", "COMPLETED")] == [1, 1]


def test_pages_of_other_origins_do_not(serve, upstream, browser, app):
    gateway = serve(SOON | {"cors.origins": f"http://127.0.0.1:{app.server_port}"})
    upstream.behaviour = "running"
    tab = browser.open(f"http://localhost:{app.server_port}/{gateway.port}")
    tab.shows("state 2")
    assert "open" not in tab.document.partition("<script")[0] and "IN_PROGRESS" not in tab.document
