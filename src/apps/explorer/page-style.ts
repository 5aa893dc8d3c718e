/** How the explorer looks, behind the styles of the pictures. */
export const EXPLORER_STYLE = `
main { max-width: 1640px; }
header { display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center; justify-content: space-between; }
nav { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
nav a, nav span { padding: 5px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); text-decoration: none; font-size: 13.5px; }
nav a:hover, .choice:hover { border-color: var(--ok-edge); } nav span { color: var(--soft); opacity: 0.6; }
kbd { font: 600 11px ui-monospace, Menlo, Consolas, monospace; color: var(--soft); border: 1px solid var(--line); border-radius: 5px; padding: 1px 6px; background: var(--page); }
.columns { display: grid; grid-template-columns: 348px minmax(0, 1fr); gap: 0 18px; align-items: start; }
.columns > * { min-width: 0; }
h3 { font-size: 12.5px; font-weight: 600; color: var(--soft); margin: 14px 0 5px; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 5px; }
.choice { display: flex; gap: 10px; align-items: baseline; padding: 6px 10px; border: 1px solid var(--line); border-radius: 8px; color: var(--ink); text-decoration: none; font: 12.5px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.choice span { min-width: 0; } .choice.ahead { background: var(--ok); border-color: var(--ok-edge); color: var(--ok-ink); }
.choice em, .property em { font: 12px system-ui, sans-serif; color: var(--soft); } .choice em.bad, .property.bad em { color: var(--bad-edge); font-weight: 600; }
details { margin-top: 14px; font-size: 12.5px; color: var(--soft); } summary { cursor: pointer; }
a:focus-visible { outline: 2px solid var(--ok-edge); outline-offset: 2px; }
.property { display: flex; gap: 8px; align-items: baseline; font-size: 13.5px; padding: 2px 0; }
.property b { width: 14px; flex: none; text-align: center; color: var(--soft); } .property.good b { color: var(--path); } .property.bad b { color: var(--bad-edge); }
.property em { margin-left: auto; white-space: nowrap; padding-left: 10px; } .property.good em { color: var(--path); }
.diagram { max-height: 38vh; min-height: 120px; overflow: auto; border: 1px solid var(--line); border-radius: 8px; }
.last { margin: 10px 0 0; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
footer { margin-top: 18px; font-size: 13px; color: var(--soft); } footer a { color: inherit; }
@media (max-width: 900px) { .columns { grid-template-columns: minmax(0, 1fr); } nav kbd { display: none; } }
`;
