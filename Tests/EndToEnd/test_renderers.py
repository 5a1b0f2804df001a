"""openapi.yaml in the programs that developers open descriptions with: Swagger UI and Redoc, in a real browser."""

import importlib.util
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from browser import Browser, needs_browser
from gateway import REPOSITORY
from test_openapi import API
from timeouts import eventually

PACKAGE = importlib.util.find_spec("drf_spectacular_sidecar")
FOLDER = Path(PACKAGE.origin).parent / "static/drf_spectacular_sidecar" if PACKAGE else None
pytestmark = [needs_browser, pytest.mark.skipif(FOLDER is None, reason="skipped: no drf-spectacular-sidecar")]
PAGES = {
    "/swagger": """<!doctype html><meta charset="utf-8"><title>Swagger UI</title><link rel="stylesheet" href="/swagger-ui-dist/swagger-ui.css">
        <link rel="icon" href="data:,"><div id="ui"></div><script src="/swagger-ui-dist/swagger-ui-bundle.js"></script>
        <script>SwaggerUIBundle({ url: "/openapi.json", dom_id: "#ui", docExpansion: "list" });</script>""",
    "/redoc": """<!doctype html><meta charset="utf-8"><title>Redoc</title><link rel="icon" href="data:,">
        <redoc spec-url="/openapi.json"></redoc><script src="/redoc/bundles/redoc.standalone.js"></script>""",
}
OPERATIONS = [item["get"] for item in API["paths"].values()]


class Files(SimpleHTTPRequestHandler):
    """The package's files, the description, and a page for each program."""

    def __init__(self, *arguments):
        super().__init__(*arguments, directory=FOLDER)

    def do_GET(self):
        if self.path in PAGES:
            return self.say("text/html", PAGES[self.path].encode())
        if self.path == "/openapi.json":
            return self.say("application/json", (REPOSITORY / "Sources/Gateway/Resources/openapi.json").read_bytes())
        super().do_GET()

    def say(self, kind, content):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Keeps the server's log out of the test's output."""


@pytest.fixture
def origin():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.close()


def errors(tab, origin):
    """What the page wrote to its console of errors. Redoc asks a server of its own for its logo, which there is none of."""
    entries = [each["entry"] for each in tab.complaints if "entry" in each]
    return [each for each in tab.complaints if each.get("type") in ("error", "warning") or "exceptionDetails" in each] + [
        entry for entry in entries if entry["level"] == "error" and entry.get("url", origin).startswith(origin)]


def test_swagger_ui_renders_it(origin, browser):
    tab = browser.open(f"{origin}/swagger")
    eventually(lambda: tab.evaluate("document.querySelectorAll('.opblock').length") == len(OPERATIONS), within=30)
    text = tab.evaluate("document.body?.innerText")
    for operation in OPERATIONS:
        assert operation["summary"] in text
    # What the reader came for stands first.
    assert tab.evaluate("[...document.querySelectorAll('.opblock-summary-path')].map((each) => each.innerText).join(' ')"
                        ).replace("\u200b", "").split()[:3] == list(API["paths"])[:3]
    for operation in OPERATIONS[:3]:
        tab.evaluate(f"document.querySelector('#operations-jobs-{operation['operationId']} button').click()")
    eventually(lambda: tab.evaluate("document.querySelectorAll('.parameter__type').length") >= 15, within=30)
    # A parameter has a type that its reader knows.
    types = tab.evaluate("[...document.querySelectorAll('.parameter__type')].map((each) => each.innerText).join('|')")
    assert "any" not in types and "never" not in types and "array<string>" in types and "integer" in types, types
    assert tab.evaluate("document.querySelectorAll('.errors-wrapper').length") == 0
    assert errors(tab, origin) == []


def test_redoc_renders_it(origin, browser):
    tab = browser.open(f"{origin}/redoc")
    eventually(lambda: "Look up several jobs" in (tab.evaluate("document.body?.innerText") or ""), within=30)
    text = tab.evaluate("document.body?.innerText")
    for operation in OPERATIONS:
        assert operation["summary"] in text
    assert "Something went wrong" not in text
    assert errors(tab, origin) == []
