/** What a million small objects cost a node: anonymous memory, and the time until a restarted node is ready. */
import { readFileSync } from 'node:fs';
import type { Judgement } from './judge.ts';
import { preload } from './load.ts';
import type { QuorateSystem } from './systems/quorate.ts';

const OBJECTS = 1_000_000;
const IN_FLIGHT = 256;
const ANONYMOUS_MB_MAX = 250;
const START_MS_MAX = 2000;

/** Read right after the load, with whatever garbage that left: nothing is asked to tidy up before. */
export async function measureMemory(system: QuorateSystem): Promise<Judgement[]> {
  console.log(`memory: storing ${OBJECTS.toLocaleString('en')} objects of 256 bytes on each of 3 nodes`);
  const started = performance.now();
  await preload(system, OBJECTS, IN_FLIGHT);
  console.log(`memory: stored in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const afterLoad = system.processIds.map((id, index): Judgement => {
    const what = `anonymous memory of n${index + 1} after storing them`;
    return { what, value: anonymousMegabytes(id), unit: 'MB', limit: { atMost: ANONYMOUS_MB_MAX } };
  });
  const milliseconds = await system.restart(0);
  const restarted = anonymousMegabytes(system.processIds[0] ?? 0);
  return [
    ...afterLoad,
    { what: 'restart of n1 until ready', value: milliseconds, unit: 'ms', limit: { atMost: START_MS_MAX } },
    { what: 'anonymous memory of n1 after its restart', value: restarted, unit: 'MB' },
  ];
}

function anonymousMegabytes(processId: number): number {
  const line = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'));
  if (line?.[1] === undefined) throw new Error(`no RssAnon of process ${processId}`);
  return (Number(line[1]) * 1024) / 1e6;
}
