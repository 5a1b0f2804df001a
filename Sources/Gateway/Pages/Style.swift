import HTTPExchange

/// The pages' style and icon, served as files, because the pages' policy allows nothing inline.
enum Style {
    static let sheet = Body(
        """
        :root { color-scheme: light dark; --ink: #1c2430; --paper: #ffffff; --quiet: #5a6675; --line: #d5dbe3;
          --link: #0b57d0; --good: #146c2e; --bad: #b3261e; --busy: #8a5000; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --paper: #14181e; --quiet: #9aa7b6; --line: #333c48;
          --link: #8ab4f8; --good: #7ddb93; --bad: #ffb4ab; --busy: #ffb868; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 44rem; padding: 1rem; color: var(--ink); background: var(--paper);
          font: 1rem/1.5 system-ui, sans-serif; }
        header { border-bottom: 1px solid var(--line); padding-bottom: .5rem; }
        header a { color: var(--quiet); text-decoration: none; }
        h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
        a { color: var(--link); overflow-wrap: anywhere; }
        label { display: block; margin-bottom: .25rem; }
        input, button { font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .375rem;
          color: inherit; background: transparent; }
        input { width: 100%; margin-bottom: .75rem; }
        button { color: var(--paper); background: var(--link); border-color: var(--link); cursor: pointer; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .status { display: inline-block; margin: 0; padding: .125rem .625rem; border: 1px solid currentcolor;
          border-radius: 1rem; font-weight: 600; }
        .good { color: var(--good); } .bad { color: var(--bad); } .busy { color: var(--busy); }
        .note { color: var(--quiet); font-size: .875rem; }
        dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .5rem 1rem; }
        dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
        @media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .75rem; } }

        """)

    static let icon = Body(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="#0b57d0">\
        <rect x="1" y="6" width="2" height="4"/><rect x="4" y="3" width="2" height="10"/>\
        <rect x="7" y="1" width="2" height="14"/><rect x="10" y="4" width="2" height="8"/>\
        <rect x="13" y="6" width="2" height="4"/></g></svg>

        """)
}
