/**
 * How fast is the LMDB engine, and what does it cost? `node bench/engine.ts [directory]`
 *
 * Puts of 256 bytes under hashed keys of 40 bytes, each acknowledged after its sync: 256 at a time, and one at a time; gets at
 * random; then a million objects, the anonymous memory they cost, and the time to open them again. CPU time per operation is
 * given too: on a machine whose cores are shared by several nodes it says more than the rate.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type Engine, openLmdbEngine } from '../src/runtime/engines/index.ts';

const VALUE_BYTES = 256;
const KEY_BYTES = 40;
const OBJECTS = 1_000_000;
const SECONDS = 3;

const directory = mkdtempSync(`${process.argv[2] ?? process.cwd()}/bench-engine-`);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Keys come in the order of nothing, as hashed ones do. Knuth's multiplicative hash. */
function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(KEY_BYTES).fill(0x61);
  const view = new DataView(key.buffer);
  view.setUint32(0, Math.imul(number, 2_654_435_761) >>> 0);
  view.setUint32(4, number);
  return key;
}

interface Puts {
  readonly window: number;
  readonly isOver: (count: number) => boolean;
  readonly nextKey: (count: number) => number;
  /** Keep one latency of so many: a million of them would be a good part of the memory that is measured. */
  readonly sampleEvery?: number;
}

interface Measured {
  readonly count: number;
  readonly latencies: number[];
}

/** Keep `window` puts under way until it is over. Latencies are in milliseconds. */
function puts(engine: Engine, { window, isOver, nextKey, sampleEvery = 1 }: Puts): Promise<Measured> {
  const latencies: number[] = [];
  let begun = 0;
  let underWay = 0;
  let ended = 0;
  return new Promise((resolve, reject) => {
    const one = (): void => {
      const start = performance.now();
      underWay++;
      const value = new Uint8Array(VALUE_BYTES).fill(begun & 0xff);
      engine.write([{ key: keyOf(nextKey(begun++)), value }], (error) => {
        if (error !== undefined) reject(error);
        underWay--;
        if (++ended % sampleEvery === 0) latencies.push(performance.now() - start);
        if (!isOver(begun)) one();
        else if (underWay === 0) resolve({ count: ended, latencies });
      });
    };
    for (let count = 0; count < window; count++) one();
  });
}

async function measure(label: string, work: () => Promise<Measured> | Measured): Promise<void> {
  const started = performance.now();
  const mainBefore = process.threadCpuUsage();
  const allBefore = process.cpuUsage();
  const { count, latencies } = await work();
  const seconds = (performance.now() - started) / 1000;
  const main = process.threadCpuUsage(mainBefore);
  const all = process.cpuUsage(allBefore);
  const each = (micros: number): string => (micros / count).toFixed(2);
  latencies.sort((a, b) => a - b);
  const quantile = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(3);
  const spread = latencies.length === 0 ? '' : `p50 ${quantile(0.5)} ms  p99 ${quantile(0.99)} ms  `;
  print(
    `${label.padEnd(24)} ${Math.round(count / seconds)}/s  ${spread}` +
      `CPU per operation: main thread ${each(main.user + main.system)} us, process ${each(all.user + all.system)} us`,
  );
}

function anonymousMebibytes(): number {
  const [, kibibytes = '0'] = /^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Math.round(Number(kibibytes) / 1024);
}

function forSeconds(): (count: number) => boolean {
  const end = performance.now() + SECONDS * 1000;
  return () => performance.now() > end;
}

/** Rates only: a clock call per get would be a part of what is measured. */
function gets(engine: Engine, count: number, found: number): Measured {
  let hits = 0;
  for (let index = 0; index < count; index++) {
    if (engine.get(keyOf(Math.imul(index, 40_503) >>> 12)) !== undefined) hits++;
  }
  if (hits < found) throw new Error(`${hits} of ${count} found`);
  return { count, latencies: [] };
}

try {
  const before = anonymousMebibytes();
  let engine = await openLmdbEngine({ directory });
  print(`RssAnon before opening ${before} MiB, opened empty ${anonymousMebibytes()} MiB`);
  await measure(`load ${OBJECTS} objects`, () => {
    return puts(engine, { window: 256, isOver: (count) => count >= OBJECTS, nextKey: (count) => count, sampleEvery: 100 });
  });
  print(`RssAnon after the load ${anonymousMebibytes()} MiB`);
  const nextKey = (count: number): number => (Math.imul(count, 2_246_822_519) >>> 0) % OBJECTS;
  await measure('puts, 256 at a time', () => puts(engine, { window: 256, isOver: forSeconds(), nextKey }));
  await measure('puts, 64 at a time', () => puts(engine, { window: 64, isOver: forSeconds(), nextKey }));
  await measure('puts, one at a time', () => puts(engine, { window: 1, isOver: forSeconds(), nextKey }));
  await measure('gets', () => gets(engine, 1_000_000, 900_000));
  await engine.close();
  const started = performance.now();
  engine = await openLmdbEngine({ directory });
  engine.get(keyOf(4711));
  print(`opened again and read one in ${(performance.now() - started).toFixed(1)} ms`);
  print(
    `RssAnon at the end ${anonymousMebibytes()} MiB, of which JavaScript's heap ${Math.round(process.memoryUsage().heapTotal / 2 ** 20)} MiB`,
  );
  await engine.close();
} finally {
  rmSync(directory, { recursive: true });
}
