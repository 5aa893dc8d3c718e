/** What a million small objects cost a node: anonymous memory, and the time until a restarted node is ready. */
import { readFileSync } from 'node:fs';
import { preload } from './load.ts';
import type { Judgement } from './report.ts';
import type { QuorateSystem } from './systems/quorate.ts';

const OBJECTS = 1_000_000;
const ANONYMOUS_MB_MAX = 250;
const START_MS_MAX = 2000;

export async function measureMemory(system: QuorateSystem): Promise<Judgement[]> {
  console.log(`memory: storing ${OBJECTS.toLocaleString('en')} objects of 256 bytes on each of 3 nodes`);
  const started = performance.now();
  await preload(system, OBJECTS, 256);
  console.log(`memory: stored in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const judgements: Judgement[] = system.processIds.map((id, index) => {
    return {
      what: `anonymous memory of n${index + 1}`,
      value: anonymousMegabytes(id),
      limit: ANONYMOUS_MB_MAX,
      unit: 'MB',
      atLeast: false,
    };
  });
  const milliseconds = await system.restart(0);
  judgements.push({ what: 'restart of n1 until ready', value: milliseconds, limit: START_MS_MAX, unit: 'ms', atLeast: false });
  return judgements;
}

function anonymousMegabytes(processId: number): number {
  const line = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'));
  if (line?.[1] === undefined) throw new Error(`no RssAnon of process ${processId}`);
  return (Number(line[1]) * 1024) / 1e6;
}
