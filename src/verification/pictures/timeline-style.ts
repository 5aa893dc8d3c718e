/** How the page of a timeline looks, by day and by night. */
export const TIMELINE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f7f7f5; --card: #ffffff; --ink: #1d2430; --soft: #667085; --line: #e4e6ea; --stripe: #fafafa;
  --ok: #dbeafe; --ok-edge: #3b82f6; --ok-ink: #1e3a8a;
  --unknown: #fde9c3; --unknown-edge: #d99010; --unknown-ink: #7a4b00;
  --fail: #eef0f3; --fail-edge: #a4abb6; --fail-ink: #667085;
  --bad: #fecdd3; --bad-edge: #e11d48; --bad-ink: #881337; --path: #0f9d76;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1319; --card: #171c24; --ink: #e6e9ef; --soft: #98a2b3; --line: #2a313c; --stripe: #1b212a;
    --ok: #1b3158; --ok-edge: #5b9bff; --ok-ink: #cfe1ff;
    --unknown: #46350f; --unknown-edge: #e0a63a; --unknown-ink: #ffe3a8;
    --fail: #232934; --fail-edge: #5d6675; --fail-ink: #98a2b3;
    --bad: #5a1528; --bad-edge: #fb5a7c; --bad-ink: #ffd9e0; --path: #34d3a2;
  }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 32px 24px 48px; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; }
h1 { font-size: 22px; line-height: 1.25; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 16px; margin: 0 0 4px; color: var(--bad-edge); }
p { margin: 0 0 14px; max-width: 78em; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.verdict { display: inline-block; padding: 1px 10px; border-radius: 99px; font-weight: 600; font-size: 13px; border: 1px solid currentColor; }
.verdict.ok { color: var(--path); } .verdict.violation { color: var(--bad-edge); } .verdict.undecided { color: var(--unknown-edge); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px; margin-top: 20px; }
.timeline { display: flex; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.lanes { flex: none; border-right: 1px solid var(--line); padding-top: 34px; background: var(--card); }
.lanes div { padding: 0 14px; display: flex; align-items: center; font-weight: 600; font-size: 13px; white-space: nowrap; }
.scroll { overflow-x: auto; flex: 1; }
svg { display: block; min-width: 100%; }
svg text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: var(--ink); }
svg .tick { font-size: 10.5px; fill: var(--soft); } svg .grid { stroke: var(--line); }
svg .stripe { fill: var(--stripe); }
.bar rect { stroke-width: 1.4; } .bar:hover rect { stroke-width: 2.6; } .bar { cursor: default; }
.bar.ok rect { fill: var(--ok); stroke: var(--ok-edge); } .bar.ok text { fill: var(--ok-ink); }
.bar.unknown rect { fill: var(--unknown); stroke: var(--unknown-edge); } .bar.unknown text { fill: var(--unknown-ink); }
.bar.unknown path { fill: none; stroke: var(--unknown-edge); stroke-width: 1.4; stroke-dasharray: 2 5; stroke-linecap: round; }
.bar.fail rect { fill: var(--fail); stroke: var(--fail-edge); stroke-dasharray: 4 3; } .bar.fail text { fill: var(--fail-ink); }
.bar.named rect { stroke: var(--bad-edge); stroke-width: 2.2; }
.bar.stuck rect { fill: var(--bad); stroke: var(--bad-edge); stroke-width: 2.4; } .bar.stuck text { fill: var(--bad-ink); font-weight: 700; }
.path { fill: none; stroke: var(--path); stroke-width: 1.8; stroke-linejoin: round; opacity: 0.85; }
.path.stuck { stroke: var(--bad-edge); stroke-dasharray: 4 4; }
.point { fill: var(--path); stroke: var(--card); stroke-width: 1.6; }
.cross { stroke: var(--bad-edge); stroke-width: 2.6; stroke-linecap: round; }
.link { fill: none; stroke: var(--bad-edge); stroke-width: 1.8; }
.arrow { fill: var(--bad-edge); }
svg .link-label { font: 600 11px system-ui, sans-serif; fill: var(--bad-edge); paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; margin-top: 12px; font-size: 12.5px; color: var(--soft); }
.legend i { display: inline-block; width: 18px; height: 11px; border-radius: 3px; margin-right: 6px; border: 1.4px solid; vertical-align: -1px; }
.legend .ok { background: var(--ok); border-color: var(--ok-edge); } .legend .unknown { background: var(--unknown); border-color: var(--unknown-edge); }
.legend .fail { background: var(--fail); border-color: var(--fail-edge); border-style: dashed; } .legend .stuck { background: var(--bad); border-color: var(--bad-edge); }
.legend .order { background: var(--path); border-color: var(--path); border-radius: 99px; width: 11px; }
`;
