/** How the report looks, by day and by night. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f7f7f5; --card: #ffffff; --ink: #1d2430; --soft: #667085; --line: #e4e6ea;
  --good: #2563eb; --rare: #b45309; --most: #a4abb6; --bad: #e11d48; --fine: #0f9d76;
  --kill: #e11d48; --pause: #7c3aed; --partition: #d97706; --zone: #a16207; --slow: #0891b2; --disk: #65a30d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1319; --card: #171c24; --ink: #e6e9ef; --soft: #98a2b3; --line: #2a313c;
    --good: #6ea8ff; --rare: #f0b35a; --most: #667085; --bad: #fb5a7c; --fine: #34d3a2;
    --kill: #fb5a7c; --pause: #b794ff; --partition: #f5a742; --zone: #e0c04a; --slow: #45c8e3; --disk: #a3d65c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 32px 24px 48px; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; }
h1 { font-size: 22px; line-height: 1.25; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 16px; margin: 0 0 10px; }
p { margin: 0 0 8px; max-width: 90em; overflow-wrap: anywhere; }
code { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.soft { color: var(--soft); }
.verdict { display: inline-block; padding: 1px 10px; border-radius: 99px; font-weight: 600; font-size: 13px; border: 1px solid currentColor; }
.verdict.ok, td.ok { color: var(--fine); } .verdict.violation, td.violation { color: var(--bad); font-weight: 600; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px; margin-top: 20px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--soft); font-size: 12.5px; } tr:last-child td { border-bottom: 0; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
.table { overflow-x: auto; }
.chip { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 8px; }
figure { margin: 0 0 14px; } figure:last-child { margin: 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 18px; font-weight: 600; margin-bottom: 4px; }
.legend { font-weight: 400; font-size: 12.5px; color: var(--soft); display: flex; gap: 14px; align-items: center; }
.legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: 3px; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: var(--ink); }
svg .tick { fill: var(--soft); } svg .grid { stroke: var(--line); }
svg .fault { font-weight: 600; }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; } .area { opacity: 0.13; } .hover { fill: transparent; } .hover:hover { fill: var(--ink); opacity: 0.07; }
.band { opacity: 0.13; }
${['good', 'rare', 'most', 'bad']
  .map(
    (name) =>
      `.line.${name} { stroke: var(--${name}); } .area.${name}, .dot.${name}, .bar.${name} { fill: var(--${name}); } i.${name} { background: var(--${name}); }`,
  )
  .join('\n')}
${['kill', 'pause', 'partition', 'zone', 'slow', 'disk']
  .map((name) => `.band.${name}, svg .fault.${name} { fill: var(--${name}); } .chip.${name} { background: var(--${name}); }`)
  .join('\n')}
iframe { width: 100%; height: 560px; border: 1px solid var(--line); border-radius: 8px; }
`;
