/**
 * A history and what is wrong with it, as one page that needs nothing else: a timeline with a lane per process for each violation, the
 * order that explains it as far as one could be found, and the operation at which that ends.
 */
import { describeOperation, type Finding, type History, type Judgement, type Operation } from '../histories/index.ts';
import { escaped } from './escaped.ts';
import { type Bar, type Layout, layOut } from './timeline-layout.ts';
import { TIMELINE_STYLE } from './timeline-style.ts';

export interface TimelineOptions {
  readonly title: string;
}

const MOST_DRAWN = 5;
const TOP = 34;
const LANE = 46;
/** With room for arrows and their words. */
const LANE_WITH_LINKS = 74;
const BAR = 26;
const BOTTOM = 10;

/** @returns HTML, with the pictures as SVG within. */
export function drawHistory(history: History, judgement: Judgement, { title }: TimelineOptions): string {
  const { verdict, findings } = judgement;
  const words = { ok: 'fine', violation: 'violation', undecided: 'undecided' }[verdict];
  const figures = Object.entries(judgement.figures).map(([name, count]) => `${count} ${name}`);
  const sections =
    findings.length === 0 ? [section(history, undefined)] : findings.slice(0, MOST_DRAWN).map((one) => section(history, one));
  const more = findings.length > MOST_DRAWN ? `<p class="soft">and ${findings.length - MOST_DRAWN} more violations</p>` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${TIMELINE_STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p><span class="verdict ${verdict}">${words}</span> <span class="soft">${escaped(figures.join(' · '))}</span></p>
${sections.join('\n')}
${more}
</main>
</body>
</html>
`;
}

function section(history: History, finding: Finding | undefined): string {
  const layout = layOut(history, finding);
  const drawing: Drawing = { layout, finding, lane: (finding?.links ?? []).length > 0 ? LANE_WITH_LINKS : LANE };
  const key = finding?.key === undefined ? '' : `, key ${finding.key}`;
  const heading =
    finding === undefined ? '' : `<h2>${escaped(`${finding.anomaly}${key}`)}</h2>\n<p>${escaped(finding.explanation)}</p>`;
  const names = layout.lanes.map(
    (process) =>
      `<div style="height:${drawing.lane}px">${escaped(typeof process === 'number' ? `process ${process}` : process)}</div>`,
  );
  return `<section>
${heading}
<div class="timeline"><div class="lanes">${names.join('')}</div><div class="scroll">${picture(drawing)}</div></div>
${legend(layout, finding)}
</section>`;
}

interface Drawing {
  readonly layout: Layout;
  readonly finding: Finding | undefined;
  /** The height of a lane. */
  readonly lane: number;
}

/** What is behind comes first: the way from point to point goes under the bars, the points themselves lie on their edges. */
function picture(drawing: Drawing): string {
  const { layout, finding, lane: laneHeight } = drawing;
  const { lanes, bars, ticks, width } = layout;
  const height = TOP + lanes.length * laneHeight + BOTTOM;
  const stripes = lanes.flatMap((_, lane) =>
    lane % 2 === 0 ? [`<rect class="stripe" x="0" y="${TOP + lane * laneHeight}" width="100%" height="${laneHeight}"/>`] : [],
  );
  const grid = ticks.map(
    ({ x, ms }) =>
      `<line class="grid" x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${height}"/><text class="tick" x="${x}" y="${TOP - 14}" text-anchor="${x < 40 ? 'start' : 'middle'}">${shownMs(ms)}</text>`,
  );
  const { way, points } =
    finding?.order === undefined ? { way: [], points: [] } : orderPath(drawing, finding.order, finding.operations);
  const links = finding?.order === undefined ? linkArrows(drawing) : [];
  const parts = [...stripes, ...grid, ...way, ...bars.map((bar) => drawBar(bar, drawing)), ...points, ...links];
  return `<svg width="${width}" height="${height}" role="img" aria-label="timeline of ${bars.length} operations">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5.5" markerHeight="5.5" orient="auto-start-reverse"><path class="arrow" d="M0 0 8 4 0 8z"/></marker></defs>
${parts.join('\n')}
</svg>`;
}

function drawBar(bar: Bar, { finding, lane }: Drawing): string {
  const { operation, label, start, end, open } = bar;
  const named = finding?.operations.includes(operation) === true;
  const style = named ? (finding?.order === undefined ? ' named' : ' stuck') : '';
  const center = middle(bar, lane);
  const y = center - BAR / 2;
  const run = operation.outcome === 'unknown' && open > end + 4 ? `<path d="M${end + 4} ${center}H${open}"/>` : '';
  const ends = operation.responseMs === undefined ? 'never returned' : `to ${operation.responseMs} ms`;
  const title = `${describeOperation(operation)}\n${operation.outcome}, from ${operation.invocationMs} ms ${ends}`;
  return (
    `<g class="bar ${operation.outcome}${style}"><title>${escaped(title)}</title>` +
    `<rect x="${start}" y="${y}" width="${Math.max(end - start, 6)}" height="${BAR}" rx="6"/>${run}` +
    `<text x="${start + 9}" y="${center + 4}">${escaped(label)}</text></g>`
  );
}

/** Each placed operation's instant, as early as those before it allow, and the way from one to the next. */
function orderPath(
  { layout, lane }: Drawing,
  order: readonly Operation[],
  stuck: readonly Operation[],
): { readonly way: string[]; readonly points: string[] } {
  const barOf = new Map(layout.bars.map((bar) => [bar.operation, bar]));
  const points: { x: number; y: number; title: string }[] = [];
  let last = 0;
  for (const [index, operation] of order.entries()) {
    const bar = barOf.get(operation);
    if (bar === undefined) continue;
    last = Math.max(last + 5, bar.start + 4);
    points.push({
      x: Math.min(last, Math.max(bar.end, bar.start + 6)),
      y: middle(bar, lane) + BAR / 2,
      title: `${index + 1}. ${describeOperation(operation)}`,
    });
  }
  const way = [`<path class="path" d="${points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')}"/>`];
  const drawn = points.map(
    ({ x, y, title }) => `<circle class="point" cx="${x}" cy="${y}" r="4.5"><title>${escaped(title)}</title></circle>`,
  );
  const from = points.at(-1);
  const bar = stuck[0] === undefined ? undefined : barOf.get(stuck[0]);
  if (bar !== undefined) {
    const [x, y] = [Math.max(bar.start + 10, Math.min((from?.x ?? 0) + 12, bar.end - 8)), middle(bar, lane) + BAR / 2];
    if (from !== undefined) way.push(`<path class="path stuck" d="M${from.x} ${from.y}L${x} ${y}"/>`);
    drawn.push(`<path class="cross" d="M${x - 5} ${y - 5}l10 10m0 -10l-10 10"><title>cannot be placed</title></path>`);
  }
  return { way, points: drawn };
}

/** From bar to bar; each arrow has its own place on a bar, so that two between the same bars do not lie on each other. */
function linkArrows({ layout, finding, lane }: Drawing): string[] {
  const barOf = new Map(layout.bars.map((bar) => [bar.operation, bar]));
  return (finding?.links ?? []).flatMap(({ from, to, label }, index) => {
    const [one, other] = [barOf.get(from), barOf.get(to)];
    if (one === undefined || other === undefined) return [];
    const share = 0.3 + 0.2 * (index % 3);
    const [x1, x2] = [one.start + (one.end - one.start) * share, other.start + (other.end - other.start) * share];
    const [center1, center2] = [middle(one, lane), middle(other, lane)];
    const same = one.lane === other.lane;
    const down = other.lane > one.lane ? 1 : -1;
    const [y1, y2] = same ? [center1 - BAR / 2, center2 - BAR / 2] : [center1 + down * (BAR / 2), center2 - down * (BAR / 2)];
    const [bend1, bend2] = same ? [y1 - 26, y2 - 26] : [(y1 + y2) / 2, (y1 + y2) / 2];
    const [labelX, labelY] = [(x1 + x2) / 2, same ? y1 - 16 : (y1 + y2) / 2 + (index % 2 === 0 ? 12 : -4)];
    return [
      `<path class="link" d="M${x1} ${y1}C${x1} ${bend1} ${x2} ${bend2} ${x2} ${y2}" marker-end="url(#arrow)"/>` +
        `<text class="link-label" x="${labelX}" y="${labelY}" text-anchor="middle">${escaped(label)}</text>`,
    ];
  });
}

function legend({ bars, hidden }: Layout, finding: Finding | undefined): string {
  const has = (outcome: Operation['outcome']): boolean => bars.some(({ operation }) => operation.outcome === outcome);
  const entries = [
    has('ok') ? '<span><i class="ok"></i>returned</span>' : '',
    has('unknown') ? '<span><i class="unknown"></i>may have happened, at any time from its beginning</span>' : '',
    has('fail') ? '<span><i class="fail"></i>did not happen</span>' : '',
    finding?.order === undefined ? '' : '<span><i class="order"></i>an order that explains what was returned</span>',
    finding?.order === undefined ? '' : '<span><i class="stuck"></i>does not fit behind it</span>',
    hidden === 0 ? '' : `<span>${hidden} further operations are not drawn</span>`,
  ];
  return `<div class="legend">${entries.join('')}<span>time is not to scale</span></div>`;
}

function middle({ lane }: Bar, laneHeight: number): number {
  return TOP + lane * laneHeight + laneHeight / 2;
}

function shownMs(ms: number): string {
  return `${Number(ms.toFixed(3))} ms`;
}
