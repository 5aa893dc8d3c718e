/** How sequence diagrams and state tables look; stands behind the style of timelines, whose colours it uses. */
export const SEQUENCE_STYLE = `
section > .scroll { border: 1px solid var(--line); border-radius: 8px; }
svg.sequence { min-width: 0; } svg.names { position: sticky; top: 0; background: var(--card); }
.sequence .life { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 1 3; }
.sequence .current { fill: var(--ok); opacity: 0.7; }
.sequence .ahead { opacity: 0.35; } .sequence .ahead:hover { opacity: 0.8; }
.sequence .name rect { fill: var(--ok); stroke: var(--ok-edge); } .sequence .name text { fill: var(--ok-ink); font-weight: 600; }
.sequence .message { fill: none; stroke: var(--ok-edge); stroke-width: 1.5; }
.sequence .message.lost { stroke: var(--bad-edge); stroke-dasharray: 5 4; }
.sequence .head, .sequence .sent { fill: var(--ok-edge); }
.sequence .waiting { fill: none; stroke: var(--soft); stroke-width: 1.3; stroke-dasharray: 2 3; }
.sequence .word, .sequence .number, .sequence .words { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.sequence .word { font-size: 11.5px; font-weight: 600; } .sequence .number { fill: var(--soft); font-size: 11px; }
.sequence .words { stroke: none; } .sequence .words.bad, .sequence .crash .word { fill: var(--bad-edge); }
.sequence .catch { fill: transparent; } .sequence a.step:hover .words { text-decoration: underline; }
.sequence .clock { fill: var(--unknown); stroke: var(--unknown-edge); stroke-width: 1.4; }
.sequence .hands { fill: none; stroke: var(--unknown-ink); stroke-width: 1.4; }
.sequence .disk { fill: var(--ok); stroke: var(--ok-edge); stroke-width: 1.4; } .sequence .internal { fill: var(--path); }
.sequence .again { fill: none; stroke: var(--unknown-edge); stroke-width: 1.8; } .sequence .again-head { fill: var(--unknown-edge); }
.sequence text.again { fill: var(--unknown-edge); stroke: none; font-weight: 600; font-size: 11px; }
.sequence rect.loop { fill: var(--unknown); opacity: 0.45; }
.sequence .end rect { stroke-width: 1.4; } .sequence .end text { font-weight: 700; }
.sequence .end.bad rect { fill: var(--bad); stroke: var(--bad-edge); } .sequence .end.bad text { fill: var(--bad-ink); }
.sequence .end.good rect { fill: none; stroke: var(--path); } .sequence .end.good text { fill: var(--path); }
section h2.plain { color: var(--ink); margin-bottom: 10px; }
.wide { overflow-x: auto; margin-bottom: 14px; }
table { border-collapse: collapse; font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
th { text-align: left; font-weight: 600; } th, td { padding: 5px 10px; border: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
thead th { background: var(--stripe); white-space: nowrap; } tbody th { color: var(--soft); font-weight: 500; white-space: nowrap; }
table.steps { width: 100%; min-width: 900px; table-layout: fixed; } table.steps td.number { color: var(--soft); text-align: right; }
table.steps th:nth-child(1) { width: 42px; } table.steps th:nth-child(2) { width: 100px; } table.steps th:nth-child(3), table.steps th:nth-child(6) { width: 23%; }
table.steps i { font-style: normal; color: var(--soft); } table.steps tr.loop td.number { box-shadow: inset 4px 0 var(--unknown-edge); }
table.steps tr:target td { background: var(--ok); }
table.states td { min-width: 110px; max-width: 420px; } table.states td.changed { background: var(--ok); color: var(--ok-ink); }
.bad { color: var(--bad-edge); }
ul.messages { margin: 0; padding-left: 20px; font: 12.5px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
@media (max-width: 600px) { body { padding: 16px 8px 32px; } section { padding: 12px; } }
`;
