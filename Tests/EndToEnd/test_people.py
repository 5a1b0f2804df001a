"""What people need of the pages: that they can be used without a mouse, script or sight, and recover by themselves."""

import itertools
import os
import re
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import axe_playwright_python
from browser import needs_browser
from people import pages, url
from ports import held
from timeouts import eventually

pytestmark = needs_browser
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NAMES = ["home", "running", "completed", "failed", "stale", "unknown", "invalid", "limited", "upstream-down", "problems",
         "docs"]
SOON = {"cache.ttl.running": "100ms"}


@pytest.fixture
def met(start):
    """The pages by name."""
    upstreams = []
    yield pages(start, upstreams)
    for upstream in upstreams:
        upstream.close()


def wait_for_script(tab):
    """Until the page and its script, which is run before the page counts as complete, are there."""
    eventually(lambda: tab.evaluate("document.readyState === 'complete' && document.querySelector('footer') !== null"))


def violations(tab):
    tab.evaluate(AXE + "; null")
    found = tab.evaluate(f"""axe.run(document, {{runOnly: {RULES}}}).then(({{violations, passes}}) =>
        ({{checks: passes.length, found: violations.map(v => [v.id, v.nodes.map(n => n.html + n.failureSummary)])}}))""")
    assert found["checks"] > 5
    return found["found"]


def complaints(tab):
    """The browser says itself that a page has the status of its problem."""
    return [line for line in tab.complaints if line.get("entry", {}).get("source") != "network"]


def test_axe_finds_nothing_wrong(met, browser):
    assert set(met) >= set(NAMES)
    for name, target in met.items():
        tab = browser.open(target)
        wait_for_script(tab)
        for (width, scheme) in itertools.product([1100, 320], ["light", "dark"]):
            tab.emulate(width, scheme=scheme)
            assert violations(tab) == [], (name, width, scheme)
        assert complaints(tab) == [], name
    # It would find something.
    tab.evaluate("document.documentElement.removeAttribute('lang'); document.querySelector('label').remove()")
    tab.evaluate("document.querySelector('input').removeAttribute('title')")
    assert {rule for rule, _ in violations(tab)} >= {"html-has-lang", "label"}


def test_no_page_is_wider_than_a_narrow_window(met, browser):
    for name, target in met.items():
        tab = browser.open(target)
        tab.emulate(320, 600)
        wait_for_script(tab)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_forms_border_can_be_seen(met, browser, scheme):
    """WCAG 2.1, 1.4.11: a contrast of 3:1, which axe does not look at."""
    for name in ("home", "completed"):
        tab = browser.open(met[name])
        tab.emulate(1100, scheme=scheme)
        wait_for_script(tab)
        border, inside, around = tab.evaluate("""(() => {
            const input = document.querySelector("input"), form = getComputedStyle(input.form).backgroundColor;
            return [getComputedStyle(input).borderTopColor, getComputedStyle(input).backgroundColor,
                form === "rgba(0, 0, 0, 0)" ? getComputedStyle(document.body).backgroundColor : form];
        })()""")
        assert contrast(border, inside) >= 3 and contrast(border, around) >= 3, (name, border, inside, around)


def contrast(*colours):
    """The ratio of WCAG 2.1 between two colours, as a browser writes them."""
    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall("[0-9]+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    dark, light = sorted(map(luminance, colours))
    return (light + 0.05) / (dark + 0.05)


def test_paper_and_forced_colours_show_the_same(met, browser):
    tab = browser.open(met["completed"])
    wait_for_script(tab)
    tab.emulate(800, media="print")
    assert tab.evaluate("getComputedStyle(document.querySelector('form')).display") == "none"
    assert tab.evaluate("getComputedStyle(document.querySelector('#status')).display") == "block"
    tab.emulate(800, forced="active")
    assert tab.evaluate("getComputedStyle(document.querySelector('.card')).borderTopStyle") == "solid"
    assert violations(tab) == []


def test_a_keyboard_reaches_everything_and_shows_where_it_is(met, browser):
    """Tab goes through all that can be used, in the order of the page; each has a ring around it."""
    for name, target in met.items():
        tab = browser.open(target)
        wait_for_script(tab)
        usable = """[...document.querySelectorAll("a[href], input, select, button, summary")]
            .filter(e => e.checkVisibility() && !e.hidden)"""
        tab.evaluate("document.activeElement?.blur(); getSelection().removeAllRanges()")
        tab.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
        count = tab.evaluate(f"{usable}.length")
        reached = []
        for _ in range(count):
            tab.press("Tab")
            reached.append(tab.evaluate(f"{usable}.indexOf(document.activeElement)"))
            style = "getComputedStyle(document.activeElement)"
            assert tab.evaluate(f"parseFloat({style}.outlineWidth) >= 2 && {style}.outlineStyle !== 'none'"), name
        assert reached == list(range(count)), name


def test_the_form_is_sent_from_the_keyboard(met, browser):
    tab = browser.open(met["home"])
    wait_for_script(tab)
    assert tab.evaluate("document.activeElement.id") == "name"
    tab.call("Input.insertText", text=" visit-2026-0042 ")
    tab.press("Enter", text="\r")
    tab.shows("✓ visit-2026-0042")
    assert tab.evaluate("location.pathname") == "/jobs/visit-2026-0042"


def test_a_page_without_script_says_the_same(met, browser):
    for name, target in met.items():
        tab = browser.open(target, script=False)
        tab.shows("</footer>")
        assert complaints(tab) == [], name
        document = tab.document
        words = {"running": "Running", "completed": "Completed", "failed": "another kind", "stale": "earlier answer",
                 "unknown": "90 days", "limited": "Too many look-ups", "upstream-down": "Amazon Transcribe gives no answer"}
        assert words.get(name, "<h1>") in document
        # The button would do nothing.
        assert document.count('data-copy="transcript-address" hidden') == document.count("data-copy"), name
        reloads = re.search(r'http-equiv="refresh" content="([0-9]+)"', document) is not None
        assert reloads == (name in {"running", "stale", "unknown", "limited", "upstream-down"}), name


def test_the_transcripts_address_is_copied(met, browser):
    tab = browser.open(met["completed"])
    browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    wait_for_script(tab)
    tab.evaluate("document.querySelector('[data-copy]').focus()")
    tab.press("Enter", text="\r")
    tab.shows("Copied")
    assert tab.evaluate("navigator.clipboard.readText()") == tab.evaluate(
        "document.getElementById('transcript-address').textContent")


def test_the_button_says_whether_it_copied(met, browser):
    tab = browser.open(met["completed"])
    wait_for_script(tab)
    label = "document.querySelector('[data-copy]').textContent"
    tab.evaluate("""Object.defineProperty(navigator, "clipboard", { value: undefined });
        document.execCommand = () => window.isPermitted""")
    for is_permitted, words in [("false", "Selected: press Ctrl+C"), ("true", "Copied")]:
        tab.evaluate(f"window.isPermitted = {is_permitted}; document.querySelector('[data-copy]').click()")
        eventually(lambda: tab.evaluate(label) == words)
        assert tab.evaluate("getSelection().toString()") == tab.evaluate(
            "document.getElementById('transcript-address').textContent")
    tab.evaluate("document.querySelector('[data-copy]').click()")
    eventually(lambda: tab.evaluate(label) == "Copy the address")


def test_a_shell_gets_no_origin_that_it_could_change(serve, browser):
    """A browser allows more in a host than letters; an underscore stands for all of it."""
    gateway = serve({"listen.hosts": "a_b.localhost"})
    tab = browser.open(f"http://a_b.localhost:{gateway.port}/")
    tab.shows("For programs")
    wait_for_script(tab)
    assert tab.evaluate("location.origin") == f"http://a_b.localhost:{gateway.port}"
    assert tab.evaluate("document.querySelector('pre').innerText").count("http://GATEWAY/jobs/NAME") == 3
    tab.call("Page.navigate", url=f"http://a_b.localhost:{gateway.port}/docs")
    tab.shows("Try it")
    eventually(lambda: "http://GATEWAY" in tab.evaluate("document.querySelector('.sample').textContent"))


def test_times_are_also_the_readers(met, browser):
    tab = browser.open("about:blank")
    tab.call("Emulation.setTimezoneOverride", timezoneId="Asia/Kolkata")
    tab.call("Page.navigate", url=met["completed"])
    tab.shows("your time, 10 minutes ago")
    utc, local = tab.evaluate("""[document.querySelector("#timeline time").dateTime,
        document.querySelector("#timeline [data-local]").textContent]""")
    there = datetime.fromisoformat(utc).astimezone(timezone(timedelta(hours=5, minutes=30)))
    day = f"{there:%Y-%m-%d} " if f"{there:%Y-%m-%d}" != utc[:10] else ""
    assert local == f"{day}{there:%H:%M:%S} your time, 10 minutes ago"
    # Where the day is another one, it is told.
    tab.call("Emulation.setTimezoneOverride", timezoneId="Pacific/Kiritimati" if utc[11:13] >= "10" else "Etc/GMT+12")
    eventually(lambda: re.match(
        "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} your time", tab.evaluate("document.querySelector('[data-local]').textContent")))


def test_the_home_pages_examples_work(met, browser):
    tab = browser.open(met["home"])
    tab.shows("For programs")
    lines = tab.evaluate("document.querySelector('pre').innerText").strip().splitlines()
    assert len(lines) == 3
    for line in lines:
        command = ["bash", "-c", line.replace("NAME", "visit-2026-0042")]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert answer.returncode == 0 and '"status":"COMPLETED"' in answer.stdout, line


def test_every_link_of_the_pages_leads_somewhere(gateway):
    page = "Accept: text/html"
    for target in ("/", "/problems", "/jobs/fine-1", "/jobs/missing-1"):
        links = re.findall(r'(?:href|src)="(/[^"]*)"', gateway.get(target, page).body.decode())
        assert len(links) > 5
        for link in set(links):
            assert gateway.get(link.replace("&amp;", "&"), page).status == 200, (target, link)


# A change of the page

def test_a_change_leaves_what_the_reader_does(serve, upstream, browser):
    """The text in the form, the focus, the selection and what was opened stay when the job changes."""
    gateway = serve(SOON)
    upstream.behaviour = "running"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("IN_PROGRESS")
    tab.evaluate("document.querySelector('details').open = true; document.getElementById('name').focus()")
    tab.call("Input.insertText", text="visit-2")
    tab.evaluate("window.shown = document.querySelector('#timeline li'); getSelection().selectAllChildren(shown)")
    selected = tab.evaluate("getSelection().toString()")
    tab.evaluate("document.getElementById('name').focus({preventScroll: true})")
    upstream.behaviour = "fine"
    tab.shows("✓ visit-1")
    assert tab.evaluate("document.getElementById('name').value") == "visit-2"
    assert tab.evaluate("document.activeElement.id") == "name"
    assert tab.evaluate("document.querySelector('details').open") is True
    assert tab.evaluate("document.querySelector('#timeline li') === shown") is True
    assert selected.startswith("Created")


def test_a_running_jobs_page_tells_the_time(serve, upstream, browser):
    """It ticks, and does not grow old while nothing changes."""
    gateway = serve({"cache.ttl.running": "2s"})
    upstream.members = {"visit-1": {"TranscriptionJobStatus": "IN_PROGRESS", "CompletionTime": None,
                                    "CreationTime": time.time() - 90, "StartTime": time.time() - 80}}
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("1 min 2")
    lasting = "document.querySelector('[data-since]').textContent"
    first = tab.evaluate(lasting)
    eventually(lambda: tab.evaluate(lasting) != first)
    as_of = "document.querySelector('#as-of time').textContent"
    first = tab.evaluate(as_of)
    eventually(lambda: tab.evaluate(as_of) != first, within=15)
    assert len(tab.navigations) == 1


# A tab that is left open

def test_a_tab_survives_a_restart_an_outage_and_a_limit(serve, upstream, browser):
    """It ends on COMPLETED by itself, and says meanwhile that it does not know. The outage lasts two minutes in the long
    tests."""
    is_long = "LONG_TESTS" in os.environ
    settings = SOON | {"cache.staleIfError": "1s", "cache.staleWhileRevalidate": "0s", "upstream.attempts": 1}
    with held() as port:
        gateway = serve(settings | {"listen.port": port})
        upstream.behaviour = "running"
        tab = browser.open(url(gateway, "/jobs/visit-1"))
        tab.shows("IN_PROGRESS")
        gateway.stop()
        tab.shows("The gateway does not answer.", within=20)
        assert "IN_PROGRESS" in tab.document
        gateway = serve(settings | {"listen.port": port})
        eventually(lambda: "notice" not in tab.document, within=30)
        upstream.behaviour = "500"
        tab.shows("id=\"notice\"", within=30)
        if is_long:
            time.sleep(120)  # what the test is about
        assert "IN_PROGRESS" in tab.document
        gateway.stop()
        # A client of one request in a long time, which the tab's own stream has used up.
        gateway = serve(settings | {"listen.port": port, "limits.client.rate": "6/m", "limits.client.burst": 1})
        upstream.behaviour = "fine"
        gateway.get("/jobs/visit-2")
        tab.shows("✓ visit-1", within=90)
        assert {line["http.response.status_code"] for line in gateway.accesses} >= {429, 200}
        assert len(tab.navigations) == 1 and "notice" not in tab.document


@pytest.mark.parametrize("behaviour, words, end", [
    ("500", "gives no answer", "fine"), ("throttled", "has to wait", "fine"), ("missing", "90 days", "running")])
def test_a_problem_that_passes_is_replaced_by_the_job(serve, upstream, browser, behaviour, words, end):
    gateway = serve({"upstream.attempts": 1})
    upstream.behaviour = behaviour
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows(words)
    tab.shows("looks again")
    first = tab.evaluate("document.querySelector('[data-due]').textContent")
    eventually(lambda: tab.evaluate("document.querySelector('[data-due]').textContent") != first)
    upstream.behaviour = end
    tab.shows("COMPLETED" if end == "fine" else "IN_PROGRESS", within=40)
    assert len(tab.navigations) == 1


def test_an_advised_pause_does_not_grow(serve, browser):
    """Retry-After is obeyed as it is, also by a reader that comes back."""
    gateway = serve({"limits.client.rate": "1/m", "limits.client.burst": 1})
    gateway.get("/jobs/visit-2")
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("Too many look-ups")
    wait_for_script(tab)
    for failures in range(2, 5):
        tab.skip(100)
        eventually(lambda: tab.evaluate("failures") == failures)
        advised, left = tab.evaluate("[Number(state().retry), (due - Date.now()) / 1000]")
        assert advised > 10 and advised - 5 < left <= 1.2 * advised
    other = browser.open("about:blank")
    eventually(lambda: tab.evaluate("document.hidden"))
    tab.skip(5)
    looked_at = tab.evaluate("lookedAt")
    tab.bring_to_front()
    eventually(lambda: not tab.evaluate("document.hidden"))
    assert tab.evaluate("isLooking === false && lookedAt") == looked_at
    other.bring_to_front()
    eventually(lambda: tab.evaluate("document.hidden"))
    tab.skip(100)
    tab.bring_to_front()
    eventually(lambda: tab.evaluate("lookedAt") > looked_at)


def test_a_tab_of_an_unknown_job_stops_looking(serve, upstream, browser):
    gateway = serve()
    upstream.behaviour = "missing"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("90 days")
    wait_for_script(tab)
    looks = lambda: [line["http.response.status_code"] for line in gateway.accesses].count(404)
    for number in range(2, 12):
        assert "This page looks again" in tab.document
        tab.skip(100)
        eventually(lambda: looks() == number and not tab.evaluate("isLooking"))
    tab.shows("This page no longer looks by itself. Look up the job again above.")
    assert tab.evaluate("due") == 0 and "data-due" not in tab.document
    # Nor does it where the reader comes back.
    other = browser.open("about:blank")
    eventually(lambda: tab.evaluate("document.hidden"))
    tab.skip(1000)
    tab.bring_to_front()
    eventually(lambda: not tab.evaluate("document.hidden"))
    assert tab.evaluate("isLooking") is False and looks() == 11 and other.navigations == []


def test_a_hidden_tab_of_a_problem_looks_ever_less(serve, upstream, browser):
    gateway = serve()
    upstream.behaviour = "denied"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("Only its operator can change that")
    wait_for_script(tab)
    browser.open("about:blank")
    eventually(lambda: tab.evaluate("document.hidden"))
    for failures, pause in [(1, 60), (2, 120), (3, 240), (4, 300), (5, 300)]:
        assert tab.evaluate("failures") == failures
        tab.skip(pause - 20)
        assert not tab.evaluate("isHiddenPauseOver()")
        tab.skip(20)
        eventually(lambda: tab.evaluate("failures") == failures + 1)


def test_a_limit_of_the_form_leads_to_the_job(serve, upstream, browser):
    gateway = serve({"limits.client.rate": "1/s", "limits.client.burst": 1})
    gateway.get("/jobs/visit-2")
    tab = browser.open(url(gateway, "/jobs?name=visit-1"))
    tab.shows("✓ visit-1", within=20)
    assert tab.evaluate("location.pathname") == "/jobs/visit-1"


def test_a_tab_shows_no_longer_what_the_gateway_may_not_see(serve, upstream, browser):
    gateway = serve(SOON)
    upstream.behaviour = "running"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("IN_PROGRESS")
    upstream.behaviour = "denied"
    tab.shows("Only its operator can change that", within=30)
    assert "IN_PROGRESS" not in tab.document and tab.evaluate("document.title").startswith("visit-1: ")


def test_a_hidden_tab_shows_the_end_in_its_title(serve, upstream, browser):
    """It has no connection meanwhile."""
    gateway = serve(SOON)
    upstream.behaviour = "running"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("IN_PROGRESS")
    assert tab.evaluate("document.title").startswith("… visit-1")
    other = browser.open(url(gateway, "/"))
    wait_for_script(other)
    upstream.behaviour = "fine"
    eventually(lambda: tab.evaluate("document.title").startswith("✓ visit-1"), within=100)
    assert tab.evaluate("document.hidden") is True


# What was looked up

@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_tab_remembers_only_where_the_operator_wants_it(serve, browser, is_wanted):
    gateway = serve({"pages.recent": str(is_wanted).lower()})
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("✓ visit-1")
    tab.call("Page.navigate", url=url(gateway, "/jobs/visit-2"))
    tab.shows("✓ visit-2")
    kept = tab.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    assert ("visit-1" in kept) == is_wanted
    links = tab.evaluate("[...document.querySelectorAll('#recent a')].map(a => a.textContent)")
    assert links == (["visit-2", "visit-1"] if is_wanted else [])
    # The page of the API is the same for every setting.
    tab.call("Page.navigate", url=url(gateway, "/docs"))
    tab.shows("Try it")
    wait_for_script(tab)
    assert ("visit-1" in tab.evaluate("JSON.stringify({...sessionStorage})")) == is_wanted
    other = browser.open(url(gateway, "/"))
    wait_for_script(other)
    assert other.evaluate("document.querySelectorAll('#recent a').length") == 0


def test_a_tab_forgets_where_the_operator_wants_it_no_more(serve, browser):
    tab = browser.open(url(serve({"pages.recent": "false"}), "/docs"))
    tab.shows("Try it")
    wait_for_script(tab)
    tab.evaluate("sessionStorage.setItem('recent', '[\"visit-1\"]')")
    tab.call("Page.reload")
    wait_for_script(tab)
    assert tab.evaluate("sessionStorage.getItem('recent')") == '["visit-1"]'
    tab.evaluate("document.querySelector('footer a').click()")
    tab.shows("For programs")
    eventually(lambda: tab.evaluate("sessionStorage.getItem('recent')") is None)


def test_a_change_is_announced_in_a_few_words(serve, upstream, browser):
    """Its place is in the page from the beginning: what is put in together with its words is often not read out."""
    gateway = serve(SOON)
    upstream.behaviour = "running"
    tab = browser.open(url(gateway, "/jobs/visit-1"))
    tab.shows("IN_PROGRESS")
    news = "document.querySelector('[role=status]').textContent"
    assert tab.evaluate(news) == ""
    upstream.behaviour = "fine"
    eventually(lambda: tab.evaluate(news) == "✓ Completed")
    assert tab.evaluate("document.querySelectorAll('[role=status]').length") == 1
    tab.call("Page.navigate", url=url(gateway, "/docs"))
    tab.shows("Try it")
    wait_for_script(tab)
    tab.evaluate("document.getElementById('getJob-name').value = 'visit-2'")
    tab.evaluate("document.querySelector('#getJob form').requestSubmit()")
    eventually(lambda: tab.evaluate(news) == "GET /jobs/visit-2: 200 OK")
    assert tab.evaluate("document.querySelector('#getJob output').ariaLive") == "off"
