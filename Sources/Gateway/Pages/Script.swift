import HTTPExchange

/// The script of a running job's page, served as a file, because the pages' policy allows nothing inline.
enum Script {
    /// Shows each change of the job in place of what the page shows. The page's tag names the representation that it was
    /// made of; the page of a finished job has none, and the script is done.
    ///
    /// The stream is closed while the page is loaded and while the page is hidden: a browser has six connections for a host,
    /// and a stream takes one. Where the stream is refused, the page is loaded again after a pause.
    static let follow = Body(
        """
        "use strict";
        const afterChange = 1000, afterRefusal = 5000;
        let events = null;

        const shownTag = () => document.querySelector("main").dataset.tag;

        function follow() {
          events?.close();
          if (document.hidden || !shownTag()) return;
          events = new EventSource(location.pathname + "/events?view=full");
          events.addEventListener("job", (event) => {
            if (event.lastEventId !== shownTag()) update();
          });
          events.addEventListener("error", (event) => {
            if (event.target.readyState === EventSource.CLOSED) setTimeout(update, afterRefusal);
          });
        }

        async function update() {
          events?.close();
          try {
            const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
            if (answer.ok || answer.status === 404) show(await answer.text());
          } catch {
            // The gateway does not answer now: the page stays as it is until it does.
          }
          setTimeout(follow, afterChange);
        }

        function show(text) {
          const page = new DOMParser().parseFromString(text, "text/html");
          const main = page.querySelector("main");
          if (!main) return;
          document.title = page.title;
          document.querySelector("main").replaceWith(main);
        }

        document.addEventListener("visibilitychange", follow);
        follow();

        """)
}
