/** `npm run scale`: gossip and failure detection of up to a thousand nodes, measured in virtual time, as docs/scale.md. */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { documentOf } from './document.ts';
import { measure } from './measure.ts';

const SIZES = [10, 100, 1_000];
const SEEDS = [1, 2, 3, 4, 5];
const DOCUMENT = fileURLToPath(new URL('../../docs/scale.md', import.meta.url));

const scales = SIZES.map((nodes) => {
  process.stderr.write(`${nodes} nodes ...\n`);
  return measure(nodes, SEEDS, () => performance.now());
});
const [{ model = 'unknown processor' } = {}] = cpus();
const text = documentOf(scales, `${cpus().length} cores, ${model.trim()}, Node ${process.versions.node}`, SEEDS.length);
await writeFile(DOCUMENT, text);
process.stdout.write(text);
