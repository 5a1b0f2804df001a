"""The browser of the tests: what it waits for."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from browser import needs_browser
from timeouts import eventually

PAGE = b"<!doctype html><title>page</title><p>words</p><script src='/late.js'></script>"
SCRIPT = b"document.title = 'ready';"


class Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        is_script = self.path == "/late.js"
        if is_script:
            self.server.asked.set()
            self.server.released.wait(20)
        content = SCRIPT if is_script else PAGE
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def pages():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.asked, server.released = threading.Event(), threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


@needs_browser
def test_a_page_is_shown_once_its_scripts_have_run(pages, browser):
    tab = browser.open(f"http://127.0.0.1:{pages.server_port}/")
    assert pages.asked.wait(10)
    eventually(lambda: "words" in tab.document)
    with pytest.raises(AssertionError, match="still not so"):
        tab.shows("words", within=0.5)
    pages.released.set()
    tab.shows("words")
    assert tab.evaluate("document.title") == "ready"
