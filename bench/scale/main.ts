/** `npm run scale`: gossip, failure detection and repair of up to a thousand nodes, simulated and calculated, as docs/scale.md. */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { calculateRepair } from './calculated-repair.ts';
import { documentOf } from './document.ts';
import { measure } from './measure.ts';
import { repair } from './repair.ts';

const SIZES = [10, 100, 1_000];
const SEEDS = [1, 2, 3, 4, 5];
/** Whole nodes: more take hours. */
const WHOLE_SIZES = [5, 20, 50];
const CALCULATED = [
  { nodes: 100, partitions: 256 },
  { nodes: 1_000, partitions: 1_024 },
];
const DOCUMENT = fileURLToPath(new URL('../../docs/scale.md', import.meta.url));

const scales = SIZES.map((nodes) => {
  process.stderr.write(`${nodes} nodes ...\n`);
  return measure(nodes, SEEDS, () => performance.now());
});
const repairs = WHOLE_SIZES.map((nodes) => {
  process.stderr.write(`repair of ${nodes} whole nodes ...\n`);
  return repair(nodes, 1n);
});
const calculated = CALCULATED.map(({ nodes, partitions }) => {
  process.stderr.write(`plan of ${nodes} nodes, ${partitions} partitions ...\n`);
  return calculateRepair(nodes, partitions);
});
const [{ model = 'unknown processor' } = {}] = cpus();
const text = documentOf(
  { scales, repairs, calculated },
  `${cpus().length} cores, ${model.trim()}, Node ${process.versions.node}`,
  SEEDS.length,
);
await writeFile(DOCUMENT, text);
process.stdout.write(text);
