import HTTPExchange

/// The script of the pages, served as a file, because the pages' policy allows nothing inline.
enum Script {
    /// What the button says that copies the transcript's address.
    static let copyLabel = "Copy the address"

    /// Tells times in the reader's words, copies the transcript's address, and follows what can change.
    ///
    /// The main element says what the page is: `data-now` when it was made, `data-job` which job it shows, `data-tag` of
    /// which representation, `data-look` where to look again, after `data-next` seconds, or after `data-retry` where it shows
    /// a problem, which with `data-keep` leaves a job shown. A problem's own pause, `data-pause`, grows while it lasts; what
    /// the reply advises does not. After `data-looks` looks that show it the page stops.
    ///
    /// A running job is watched by its events, and looked at whenever Amazon Transcribe has been asked again, so that the page
    /// tells the age of what it shows. The stream is closed while the page is hidden: a browser has six connections for a host,
    /// and a stream takes one. A refused stream is asked for again at growing intervals, and none while looks fail. Hidden pages
    /// look twice a minute, for the title of their tab, and less often while looks fail. Where the gateway does not answer, or
    /// says a problem that can pass, the page stays and looks again, at growing intervals, until it does.
    ///
    /// A new page replaces only what differs in the main element. The form stands outside of it.
    static let page = Body(
        """
        "use strict";
        const shortestPause = 5, unreachablePause = 3, hiddenPause = 30, longestHiddenPause = 300, growth = 4;
        const streamPause = 30, longestStreamPause = 600, remembered = 10, copyLabel = "\(copyLabel)";
        const relative = new Intl.RelativeTimeFormat("en");
        const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
        let ahead = 0, lookedAt = Date.now(), due = 0, failures = 0, vainLooks = 0, isLooking = false, isOutrun = false;
        let events = null, refusals = 0, streamAfter = 0, labelTimer = 0;

        const main = () => document.querySelector("main");
        const state = () => main().dataset;

        // Times

        function secondsSince(time) {
          return Math.max(0, Math.floor((Date.now() - ahead - Date.parse(time)) / 1000));
        }

        function ago(time) {
          const seconds = secondsSince(time), unit = units.find(([, length]) => seconds >= length);
          return unit ? relative.format(-Math.floor(seconds / unit[1]), unit[0]) : "just now";
        }

        // The date is told where it is not that of UTC, and nothing where the reader lives by UTC.
        function localTime(time) {
          const ahead = -60000 * time.getTimezoneOffset(), shifted = new Date(time.getTime() + ahead).toISOString();
          const [day, clock] = [shifted.slice(0, 10), shifted.slice(11, 19)];
          if (ahead === 0) return "";
          return `${day === time.toISOString().slice(0, 10) ? "" : `${day} `}${clock} your time, `;
        }

        function span(s) {
          if (s < 60) return `${s} s`;
          if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
          if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
          return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
        }

        function countdown() {
          const seconds = Math.ceil((due - Date.now()) / 1000);
          return due && seconds > 0 ? `in ${span(seconds)}` : "now";
        }

        // What a shell takes as it stands.
        function shellOrigin() {
          return /^https?:\\/\\/[A-Za-z0-9.:\\[\\]-]+$/.test(location.origin) ? location.origin : "http://GATEWAY";
        }

        const words = {
          ago, due: countdown, since: (time) => span(secondsSince(time)), origin: shellOrigin,
          local: (time) => `${localTime(new Date(time))}${ago(time)}`,
        };

        function tell(root) {
          for (const [name, text] of Object.entries(words)) {
            for (const element of root.querySelectorAll(`[data-${name}]`)) {
              const value = text(element.dataset[name]);
              if (element.textContent !== value) element.textContent = value;
            }
          }
          for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
        }

        // Looking again

        const after = (seconds) => Date.now() + 1000 * seconds;
        const spread = (seconds) => seconds * (1 + Math.random() / 5);

        function planRetry(advised, own) {
          failures += 1;
          due = after(spread(Math.max(advised, own * Math.min(2 ** (failures - 1), growth))));
        }

        function planNext({ next, retry, pause, looks }) {
          if (looks) vainLooks += 1;
          if (retry) {
            planRetry(Number(retry), Number(pause));
          } else {
            failures = vainLooks = due = 0;
            if (next) due = after(Math.max(Number(next), shortestPause) + 1);
          }
          if (looks && vainLooks > Number(looks)) due = 0;
        }

        // A reader that comes back sees the job at once, unless the page has to wait.
        const mayLookNow = () => failures === 0 || (due && Date.now() >= due);

        function isHiddenPauseOver() {
          const pause = Math.min(hiddenPause * 2 ** failures, longestHiddenPause);
          return Date.now() - lookedAt >= 1000 * pause;
        }

        async function look() {
          if (isLooking || !state().look) return;
          isLooking = true;
          isOutrun = false;
          try {
            const limit = AbortSignal.timeout?.(60000);
            const answer = await fetch(state().look, { headers: { Accept: "text/html" }, signal: limit });
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            if (!page.querySelector("main[data-now]")) throw new Error("not a page of the gateway");
            show(page);
          } catch {
            notify("The gateway does not answer");
            planRetry(0, unreachablePause);
          }
          isLooking = false;
          lookedAt = Date.now();
          tell(document);
          follow();
          if (isOutrun && failures === 0) look();
        }

        function show(page) {
          const next = page.querySelector("main"), heading = page.querySelector("h1").textContent;
          ahead = Date.now() - Date.parse(next.dataset.now);
          planNext(next.dataset);
          if ("keep" in next.dataset && state().job) return notify(heading);
          if (next.dataset.retry && !due) {
            page.getElementById("again").textContent =
              "This page no longer looks by itself. Look up the job again above.";
          }
          tell(page);
          const old = new URL(location.href), shown = new URL(state().look, location.href);
          if (old.pathname !== shown.pathname) history.replaceState(null, "", shown);
          document.title = page.title;
          announce(page.getElementById("status") ?? page.querySelector("h1"));
          replace(main(), next);
          remember();
        }

        // A reader that does not see the page hears its status, or else its heading, where that has changed.
        function announce(next) {
          const shown = document.getElementById("status") ?? main().querySelector("h1");
          const isOver = document.getElementById("notice") !== null;
          if (isOver || shown.textContent !== next.textContent) tellNews(next.textContent);
        }

        function tellNews(text) {
          const news = document.getElementById("news");
          if (news.textContent !== text) news.textContent = text;
        }

        function notify(text) {
          if (!state().job) return;
          let notice = document.getElementById("notice");
          if (!notice) {
            notice = document.createElement("p");
            notice.id = "notice";
            notice.className = "banner";
            const reason = document.createElement("span"), pause = document.createElement("span");
            pause.dataset.due = "";
            notice.append(reason, " What is shown is from before; this page looks again ", pause, ".");
            main().querySelector("h1").after(notice);
          }
          notice.firstChild.textContent = `${text}.`;
          tellNews(`${text}.`);
        }

        function replace(old, next) {
          if (old.isEqualNode(next)) return;
          if (old.nodeName !== next.nodeName || old.id !== next.id) return old.replaceWith(next);
          if (old.nodeType !== Node.ELEMENT_NODE) {
            if (old.data !== next.data) old.data = next.data;
            return;
          }
          for (const { name } of [...old.attributes]) {
            if (name !== "open" && !next.hasAttribute(name)) old.removeAttribute(name);
          }
          for (const { name, value } of next.attributes) {
            if (old.getAttribute(name) !== value) old.setAttribute(name, value);
          }
          let place = old.firstChild;
          for (const child of [...next.childNodes]) {
            const known = child.id ? [...old.children].find(({ id }) => id === child.id) : !place?.id && place;
            if (!known) {
              old.insertBefore(child, place);
              continue;
            }
            while (place !== known) place = remove(place);
            place = known.nextSibling;
            replace(known, child);
          }
          while (place) place = remove(place);
        }

        function remove(node) {
          const next = node.nextSibling;
          node.remove();
          return next;
        }

        // The events of a running job

        function follow() {
          if (document.hidden || !state().tag) {
            events?.close();
            events = null;
          }
          if (events || document.hidden || !state().tag || failures > 0 || Date.now() < streamAfter) return;
          const stream = events = new EventSource(`${state().look}/events?view=full`);
          stream.addEventListener("job", (event) => {
            // An event may tell of a change that the answer on its way does not have yet.
            isOutrun = isLooking;
            if (event.lastEventId !== state().tag) look();
          });
          stream.addEventListener("open", () => { refusals = 0; });
          stream.addEventListener("error", () => {
            if (stream.readyState !== EventSource.CLOSED) return;
            if (events === stream) events = null;
            streamAfter = after(spread(Math.min(streamPause * 2 ** refusals, longestStreamPause)));
            refusals += 1;
          });
        }

        // What the reader does

        async function copy(button) {
          const text = document.getElementById(button.dataset.copy);
          let isCopied = true;
          try {
            await navigator.clipboard.writeText(text.textContent);
          } catch {
            // Without TLS there is no clipboard for scripts, but the selection can be copied.
            getSelection().selectAllChildren(text);
            isCopied = document.execCommand("copy");
          }
          clearTimeout(labelTimer);
          button.textContent = isCopied ? "Copied" : "Selected: press Ctrl+C";
          labelTimer = setTimeout(() => { button.textContent = copyLabel; }, isCopied ? 2000 : 10000);
        }

        function remember() {
          const list = document.getElementById("recent");
          try {
            if (document.querySelector("[data-recent=off]")) sessionStorage.removeItem("recent");
            if (!list) return;
            let names = JSON.parse(sessionStorage.getItem("recent") ?? "[]");
            const { job } = state();
            if (job) names = [job, ...names.filter((name) => name !== job)].slice(0, remembered);
            sessionStorage.setItem("recent", JSON.stringify(names));
            list.replaceChildren("Recent: ", ...names.map((name) => {
              const link = document.createElement("a");
              link.href = `/jobs/${name}`;
              link.textContent = name;
              return link;
            }));
            list.hidden = names.length === 0;
          } catch {
            // The browser keeps nothing for this page.
          }
        }

        document.addEventListener("click", ({ target }) => {
          const button = target.closest("[data-copy]");
          if (button) copy(button);
        });
        document.addEventListener("visibilitychange", () => {
          if (!document.hidden && due && Date.now() - lookedAt > 1000 && mayLookNow()) look();
          follow();
        });
        addEventListener("pageshow", ({ persisted }) => { if (persisted && mayLookNow()) look(); });
        setInterval(() => {
          if (due && Date.now() >= due && (!document.hidden || isHiddenPauseOver())) look();
          tell(document);
        }, 1000);

        if (state().now) ahead = Date.now() - Date.parse(state().now);
        planNext(state());
        tell(document);
        remember();
        follow();

        """)
}
