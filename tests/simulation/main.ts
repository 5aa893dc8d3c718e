/**
 * `npm run simulate -- --runs 1000`: whole clusters in the simulated world, one seed after the other.
 * `npm run simulate -- --seed 0x2a --trace`: one seed again, event by event.
 */
import { parseArgs } from 'node:util';
import { runScenario } from './scenario.ts';

const SHOWN_MAX = 10;
const SEED_BITS = 1n << 64n;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    first: { type: 'string' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});

function main(): number {
  if (values.seed !== undefined) return replay(BigInt(values.seed));
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    console.error(`error: --runs '${values.runs}' is not a whole number from 1`);
    return 2;
  }
  const first = values.first === undefined ? BigInt(Date.now()) * 1_000_003n : BigInt(values.first);
  return explore(first % SEED_BITS, runs);
}

function replay(seed: bigint): number {
  const result = runScenario(seed, { trace: values.trace });
  for (const line of result.trace) console.log(line);
  const { violation, trace: _trace, ...figures } = result;
  console.log(`seed 0x${seed.toString(16)}`, figures);
  if (violation === undefined) return 0;
  console.error(violation);
  return 1;
}

function explore(first: bigint, runs: number): number {
  const total = { writes: 0, acknowledged: 0, reads: 0, crashes: 0, siblings: 0, simulatedMs: 0 };
  const started = performance.now();
  let failures = 0;
  for (let run = 0; run < runs; run++) {
    const seed = (first + BigInt(run)) % SEED_BITS;
    const result = runScenario(seed);
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += result[name];
    if (result.violation === undefined) continue;
    failures++;
    if (failures > SHOWN_MAX) continue;
    console.error(`seed 0x${seed.toString(16)}: ${result.violation.message}`);
    console.error(`  replay: npm run simulate -- --seed 0x${seed.toString(16)} --trace`);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`${runs} runs from seed 0x${first.toString(16)}, ${failures} violations, ${seconds.toFixed(1)} s`);
  console.log(`${total.writes} writes (${total.acknowledged} acknowledged), ${total.reads} reads, ${total.crashes} crashes`);
  console.log(`${total.siblings} keys ended with siblings; ${Math.round(total.simulatedMs / 1000 / seconds)} times real time`);
  return failures === 0 ? 0 : 1;
}

process.exitCode = main();
