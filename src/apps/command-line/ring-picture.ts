/** The ring as a compact picture: a cell per partition, its letter and colour those of the first owner. */
import type { ClusterStatus, RingDescription } from '../../stores/kv/index.ts';
import { counted } from './amounts.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const MOST_COLUMNS = 64;
/** A larger ring is shown by every 2nd, 4th, ... partition. */
const MOST_CELLS = 1_024;
/** Room for the number of the first partition in a line. */
const MARGIN = 7;

type Colour = (text: string) => string;

export function ringPicture(ring: RingDescription, status: ClusterStatus, paint: Paint, columns: number): string {
  const colours: readonly Colour[] = [paint.cyan, paint.yellow, paint.magenta, paint.green, paint.blue, paint.red, paint.white];
  const letterOf = (node: number): string => LETTERS[node % LETTERS.length] ?? '?';
  const colourOf = (node: number): Colour => colours[node % colours.length] ?? String;
  const step = Math.max(1, ring.partitions / MOST_CELLS);
  let width = MOST_COLUMNS;
  while (width > 8 && width + MARGIN > columns) width /= 2;
  const lines: string[] = [];
  for (let first = 0; first < ring.partitions; first += width * step) {
    let cells = '';
    for (let cell = first; cell < Math.min(first + width * step, ring.partitions); cell += step) {
      const owner = ring.preferenceLists[cell]?.[0];
      cells += owner === undefined ? '.' : colourOf(owner)(letterOf(owner));
    }
    lines.push(`${paint.dim(String(first).padStart(MARGIN - 2))}  ${cells}`);
  }
  const every =
    step === 1 ? 'each letter is the first owner of a partition' : `each letter is the first owner of every ${step}th partition`;
  const heading = `${paint.bold(`ring of ${counted(ring.partitions, 'partition')}`)}, ${counted(ring.nodes.length, 'node')}; ${every}`;
  return `${heading}\n\n${lines.join('\n')}\n\n${ownership(ring, status, paint, (node) => colourOf(node)(letterOf(node)))}`;
}

function ownership(ring: RingDescription, status: ClusterStatus, paint: Paint, mark: (node: number) => string): string {
  const n = status.buckets['*']?.n ?? ring.nodes.length;
  const first = new Array<number>(ring.nodes.length).fill(0);
  const replicas = new Array<number>(ring.nodes.length).fill(0);
  for (const list of ring.preferenceLists) {
    for (const [rank, node] of list.slice(0, n).entries()) {
      if (rank === 0) first[node] = (first[node] ?? 0) + 1;
      replicas[node] = (replicas[node] ?? 0) + 1;
    }
  }
  const rows = ring.nodes.map((name, node) => {
    const { up, host } = status.nodes.find((candidate) => candidate.name === name) ?? { up: false, host: '?' };
    return [' ', name, up ? 'up' : 'down', host, String(first[node]), String(replicas[node])];
  });
  return table([[' ', 'node', 'state', 'host', 'first owner', `replica (n=${n})`], ...rows], paint, (text, row, column) => {
    if (column === 0) return mark(row);
    if (column === 2) return text.startsWith('up') ? paint.green(text) : paint.red(text);
    return text;
  });
}
