import HTTPExchange

/// The pages' style and icon, served as files, because the pages' policy allows nothing inline.
enum Style {
    static let sheet = Body(
        """
        :root { color-scheme: light dark; --ink: #1b2430; --paper: #fff; --card: #f4f6f9; --quiet: #55616f;
          --line: #d8dee6; --edge: #76828f; --link: #0a4fb8; --on-link: #fff; --good: #12662a; --good-bg: #e4f4e8;
          --bad: #a32018; --bad-bg: #fdeceb; --busy: #7a4a00; --busy-bg: #fdf1dc; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --paper: #12161c; --card: #1b212a; --quiet: #a3afbd;
          --line: #323b47; --edge: #8290a0; --link: #93bdfb; --on-link: #0d1420; --good: #82dc98; --good-bg: #14301d;
          --bad: #ffb3ab; --bad-bg: #3a1a18; --busy: #ffc178; --busy-bg: #34270f; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 46rem; padding: 0 1rem 2rem; color: var(--ink); background: var(--paper);
          font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between;
          padding: .75rem 0; border-bottom: 1px solid var(--line); margin-bottom: 1.75rem; }
        .home { color: var(--ink); font-weight: 600; text-decoration: none; }
        h1 { font-size: 1.75rem; line-height: 1.2; margin-bottom: .75rem; }
        h2 { font-size: 1.125rem; line-height: 1.3; margin: 0 0 .5rem; }
        p, dl, ol, pre { margin: 0 0 .75rem; }
        main > * { margin-bottom: 1.25rem; }
        main > h2, main > section:not(.card) { margin-top: 2rem; }
        a { color: var(--link); text-underline-offset: .15em; }
        code, pre { font: .875rem/1.6 ui-monospace, monospace; }
        pre { padding: .75rem 1rem; background: var(--card); border-radius: .5rem; white-space: pre-wrap; }
        form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
        label { color: var(--quiet); font-size: .875rem; }
        input, button { font: inherit; min-height: 2.5rem; padding: .25rem .75rem; border: 1px solid var(--edge);
          border-radius: .375rem; color: inherit; background: var(--paper); }
        input { flex: 1 1 10rem; min-width: 0; }
        button { color: var(--on-link); background: var(--link); border-color: var(--link); cursor: pointer; }
        button[data-copy] { color: var(--link); background: transparent; }
        main form { flex-direction: column; align-items: stretch; padding: 1.25rem; background: var(--card);
          border-radius: .5rem; }
        main label { color: var(--ink); font-size: 1rem; font-weight: 600; }
        main input { flex: none; font-size: 1.125rem; min-height: 3rem; }
        main form button { align-self: flex-start; min-height: 2.75rem; padding-inline: 1.5rem; margin-top: .25rem; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .25rem; }
        .status { display: inline-block; padding: .25rem .875rem; border: 1px solid; border-radius: 1rem; font-weight: 600; }
        .good { color: var(--good); background: var(--good-bg); }
        .bad { color: var(--bad); background: var(--bad-bg); }
        .busy { color: var(--busy); background: var(--busy-bg); }
        .banner { padding: .625rem 1rem; border: 1px solid; border-radius: .5rem; color: var(--busy); background: var(--busy-bg); }
        .card { padding: 1rem 1.25rem; background: var(--card); border-radius: .5rem; }
        .card.bad { color: var(--ink); background: var(--bad-bg); }
        .card > :last-child { margin-bottom: 0; }
        .bad h2 { color: var(--bad); }
        .note, dt, .took { color: var(--quiet); font-size: .875rem; }
        .note h2 { font-size: 1rem; }
        .timeline { list-style: none; padding: 0 0 0 1.25rem; border-left: 2px solid var(--line); margin-left: .375rem; }
        .timeline li { position: relative; margin-bottom: .75rem; }
        .timeline li::before { content: ""; position: absolute; left: -1.6875rem; top: .4375rem; width: .75rem; height: .75rem;
          border-radius: 50%; background: var(--edge); border: 2px solid var(--paper); }
        .timeline li.busy { background: none; color: inherit; }
        .timeline li.busy::before { background: var(--busy); }
        .timeline strong { display: inline-block; min-width: 5rem; }
        .took { display: block; }
        .time .note:not(:empty)::before { content: " · "; }
        dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .375rem 1rem; align-items: baseline; }
        dd { margin: 0; }
        summary { cursor: pointer; color: var(--link); margin-bottom: .5rem; }
        section > p:last-child { margin-bottom: 0; }
        footer { margin-top: 2.5rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: .875rem; }
        nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: .125rem 0; }
        [hidden] { display: none; }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); margin: 0; }
        select { font: inherit; min-height: 2.5rem; padding: .25rem .5rem; color: inherit; background: var(--paper);
          border: 1px solid var(--edge); border-radius: .375rem; align-self: flex-start; max-width: 100%; }
        th, td { padding: .25rem 1rem .25rem 0; text-align: left; vertical-align: top; }
        h3 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .25rem; }
        section.operation { padding-top: 1rem; border-top: 1px solid var(--line); }
        .try details label { display: block; margin-top: .75rem; } .try details input { width: 100%; }
        @media (max-width: 34rem) { header form { flex-basis: 100%; } header label { flex-basis: 100%; }
          dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } h1 { font-size: 1.375rem; }
          .timeline .time, .time .note, pre .note { display: block; }
          .timeline .time .note::before { content: none; } }
        @media (forced-colors: active) { .card, .status, .banner, pre, main form { border: 1px solid; }
          .timeline li::before { background: CanvasText; } }
        @media print { header form, footer, button, #links { display: none; } body { max-width: none; }
          .card, .banner, pre { border: 1px solid; } ::details-content { content-visibility: visible; } }

        """)

    static let icon = Body(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="#0b57d0">\
        <rect x="1" y="6" width="2" height="4"/><rect x="4" y="3" width="2" height="10"/>\
        <rect x="7" y="1" width="2" height="14"/><rect x="10" y="4" width="2" height="8"/>\
        <rect x="13" y="6" width="2" height="4"/></g></svg>

        """)
}
