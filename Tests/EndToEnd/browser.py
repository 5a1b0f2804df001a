"""Chromium without a window, driven through the pipes of its DevTools protocol."""

import base64
import contextlib
import fcntl
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import threading

import pytest

from timeouts import eventually

CHROMIUM = shutil.which("chromium")
KEYS = {"Tab": 9, "Enter": 13}
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="skipped: no chromium on this machine")


class Browser:
    """Runs until `close()`, with a profile of its own."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        commands, self.commands = high_pipe()
        self.messages, messages = high_pipe()
        # It reads commands from descriptor 3 and writes messages to 4.
        redirect = f'exec "$@" 3<&{commands} 4>&{messages}'
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.profile.name}"]
        self.process = subprocess.Popen(
            ["bash", "-c", redirect, "bash", CHROMIUM, *options, "--remote-debugging-pipe", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(commands, messages))
        os.close(commands)
        os.close(messages)
        self.numbers, self.answers, self.events = itertools.count(1), {}, []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with open(self.messages, "rb") as messages:
            text = b""
            while some := messages.read1(65536):
                *whole, text = (text + some).split(b"\0")
                for message in map(json.loads, whole):
                    if "id" in message:
                        self.answers[message["id"]] = message
                    else:
                        self.events.append(message)

    def call(self, method, session=None, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        answer = eventually(lambda: self.answers.pop(number, None), within=20)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, url, script=True):
        """A new tab, in front of the others, that shows this page."""
        return Tab(self, url, script)

    def close(self):
        with contextlib.suppress(OSError, AssertionError):
            self.call("Browser.close")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        self.reader.join(5)
        self.profile.cleanup()


class Tab:
    def __init__(self, browser, url, script):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        if not script:
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        self.call("Page.navigate", url=url)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def bring_to_front(self):
        self.browser.call("Target.activateTarget", targetId=self.target)

    @property
    def document(self):
        """The page as it is now."""
        root = self.call("DOM.getDocument", depth=0)["root"]
        return self.call("DOM.getOuterHTML", nodeId=root["nodeId"])["outerHTML"]

    def evaluate(self, expression):
        """The value of an expression, or of what it promises."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def emulate(self, width, height=900, scheme="light", media="screen", forced="none"):
        """Shows the page in a window of this size, to a reader with these preferences."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 500)
        features = [{"name": "prefers-color-scheme", "value": scheme}, {"name": "forced-colors", "value": forced}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def skip(self, seconds):
        """Lets the clock of the page's script jump."""
        self.evaluate("""window.skipped ??= (() => {
            const now = Date.now;
            Date.now = () => now() + 1000 * window.skipped.seconds;
            return { seconds: 0 };
        })();""" + f"window.skipped.seconds += {seconds}")

    def screenshot(self, tallest=5000):
        """The page as a PNG, of a very long one the beginning."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], tallest), "scale": 1}
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(shot["data"])

    def press(self, key, code=None, text=None):
        """A key of the keyboard, down and up."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key,
                      windowsVirtualKeyCode=KEYS.get(key, 0), **({"text": text} if text and kind == "keyDown" else {}))

    def shows(self, words, within=10):
        """Waits until the page has these words and its scripts have run."""
        def has():
            # A document that is being replaced cannot be read.
            with contextlib.suppress(AssertionError):
                return words in self.document and self.is_loaded
        eventually(has, within)

    @property
    def is_loaded(self):
        """Whether the document that was navigated to last has all that it names, so that its scripts have run."""
        steps = self._messages(("Page.frameNavigated", "Page.loadEventFired"))
        return bool(steps) and steps[-1]["method"] == "Page.loadEventFired"

    def _events(self, *methods):
        return [event["params"] for event in self._messages(methods)]

    def _messages(self, methods):
        return [event for event in list(self.browser.events)
                if event.get("sessionId") == self.session and event["method"] in methods]

    @property
    def navigations(self):
        """The URLs that were loaded, without that of the empty tab."""
        urls = [event["frame"]["url"] for event in self._events("Page.frameNavigated")]
        return [url for url in urls if url != "about:blank"]

    @property
    def complaints(self):
        """What the page, or the browser about it, wrote to its console."""
        return self._events("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")


def high_pipe():
    """A pipe whose descriptors are none of those that are given to the browser."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return high
