/** What happens to the cluster, and what is measured meanwhile. Each begins with a healthy cluster of its own. */
import type { Judgement } from '../judge.ts';
import type { Point } from '../load.ts';
import type { Scenario } from './options.ts';
import { NODES, type Trouble, VERBS, VICTIM } from './trouble.ts';

/** To count hints and to tell roots is work for the nodes. */
const POLL_MS = 250;
/** Of the limits that the store was given. */
const LEAST_THROUGHPUT = 0.7;
const LEAST_KEYS_PER_SECOND = 30_000;
/** Of what was missed: the share of a node's writes is that of a ring, not that of the keys. */
const AS_GOOD_AS_ALL = 0.99;
const KILL_AFTER_MS = 1_000;
const KILL_SECONDS = 4;
const TICK_MS = 10;
const JOIN_PATIENCE_MS = 15_000;

export const SCENARIO: Readonly<Record<Scenario, (trouble: Trouble) => Promise<Judgement[]>>> = {
  down: oneDown,
  hints: (trouble) => comeBack(trouble, 'hints'),
  repair: (trouble) => comeBack(trouble, 'repair'),
  join,
  'join-at-rest': joinAtRest,
  'recovery-hints': (trouble) => recover(trouble, 'hints'),
  'recovery-repair': (trouble) => recover(trouble, 'repair'),
};

async function oneDown(trouble: Trouble): Promise<Judgement[]> {
  await trouble.beHealthy(true);
  const judgements = await killUnderPuts(trouble);
  for (const verb of VERBS) {
    const { operationsPerSecond } = await trouble.closed(trouble.system('one down'), verb);
    const value = operationsPerSecond / (trouble.peaks.get(verb) as Point).operationsPerSecond;
    judgements.push({ what: `${verb}s per second, one down`, value, unit: 'x', limit: { atLeast: LEAST_THROUGHPUT } });
  }
  return [...judgements, ...(await trouble.compare('one down'))];
}

/** Puts with W=1 while the node dies: those that it was carrying out cannot know how they ended, all others must not notice. */
async function killUnderPuts(trouble: Trouble): Promise<Judgement[]> {
  const system = trouble.system('w=1', { w: 1 });
  const failures = new Map<string, number>();
  let [begun, ended, failedAfter] = [0, 0, 0];
  let isDead = false;
  const rate = trouble.rates.put;
  const total = rate * KILL_SECONDS;
  setTimeout(() => {
    trouble.nodes.kill(VICTIM).then(() => {
      isDead = true;
    }, console.error);
  }, KILL_AFTER_MS);
  await new Promise<void>((resolve) => {
    const put = (): void => {
      const beganDead = isDead;
      system.put(`kill/${begun++}`, new Uint8Array(256), (error) => {
        if (error !== undefined) {
          const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
          failures.set(code, (failures.get(code) ?? 0) + 1);
          if (beganDead) failedAfter++;
        }
        if (++ended === total) resolve();
      });
    };
    const next = (): void => {
      for (let count = 0; count < (rate * TICK_MS) / 1000 && begun < total; count++) put();
      if (begun < total) setTimeout(next, TICK_MS);
    };
    next();
  });
  const told = [...failures].map(([code, count]) => `${count} ${code}`).join(', ') || 'none';
  console.log(`killed n${VICTIM + 1} under ${rate} puts per second with W=1: failed of ${total}: ${told}`);
  return [
    { what: 'puts with W=1 begun after the death of a node that failed', value: failedAfter, unit: '', limit: { atMost: 0 } },
  ];
}

/** Brings a node back that has missed much, under load, and measures until it has all of it. */
async function comeBack(trouble: Trouble, by: 'hints' | 'repair'): Promise<Judgement[]> {
  await trouble.beHealthy(false);
  const missed = await trouble.missWrites({ strict: by === 'repair' });
  await trouble.nodes.start(VICTIM);
  const began = performance.now();
  const name = by === 'hints' ? 'back, hints' : 'back, repair';
  let [seconds, lastSaid] = [0, began];
  const upToDate = until(trouble, 'the node is up to date', async () => {
    const left = await leftOf(trouble, missed, by);
    const isDone = by === 'hints' ? left === 0 : left <= missed * (1 - AS_GOOD_AS_ALL);
    const elapsed = (performance.now() - began) / 1000;
    if (isDone) seconds = elapsed;
    if (trouble.options.timeline && performance.now() - lastSaid > 1_000) {
      lastSaid = performance.now();
      console.log(`  ${elapsed.toFixed(1)} s: ${left} left; ${await trouble.questions.paces()}`);
    }
    return isDone;
  });
  const judgements = await trouble.compare(name, upToDate);
  console.log(`it had all of it after ${seconds.toFixed(1)} s: ${Math.round(missed / seconds)} keys per second under load`);
  return judgements;
}

async function leftOf({ questions }: Trouble, missed: number, by: 'hints' | 'repair'): Promise<number> {
  return by === 'hints' ? questions.hints() : missed - (await questions.received(VICTIM));
}

/** A sixth node joins a cluster that has data. */
async function join(trouble: Trouble): Promise<Judgement[]> {
  await trouble.beHealthy(false);
  const { moved } = await beginJoin(trouble);
  const judgements = await trouble.compare('join', moved);
  console.log(await moved);
  return judgements;
}

/** The same, while nobody asks for anything. */
async function joinAtRest(trouble: Trouble): Promise<Judgement[]> {
  await trouble.store();
  const { moved } = await beginJoin(trouble);
  console.log(await moved);
  return [];
}

/** @returns what came of it, once the node has all its seats. */
async function beginJoin(trouble: Trouble): Promise<{ readonly moved: Promise<string> }> {
  const { nodes, questions, options } = trouble;
  await nodes.start(NODES);
  const node = `n${NODES + 1}`;
  await orderOnceKnown(trouble, node);
  const began = performance.now();
  let [most, lastSaid] = [0, began];
  const elapsed = (): number => (performance.now() - began) / 1000;
  const moved = until(trouble, `${node} has its seats`, async () => {
    const { seatsLeft } = await questions.move();
    most = Math.max(most, seatsLeft);
    if (options.timeline && performance.now() - lastSaid > 1_000) {
      lastSaid = performance.now();
      console.log(`  ${elapsed().toFixed(1)} s: ${seatsLeft} seats left; ${await questions.paces()}`);
    }
    return seatsLeft === 0 && most > 0;
  });
  const told = moved.then(async () => {
    const seconds = elapsed();
    const { keys } = await questions.move();
    return `${node} had its ${most} seats after ${seconds.toFixed(1)} s: ${keys} keys, ${Math.round(keys / seconds)} per second`;
  });
  return { moved: told };
}

/** The asked node hears of the new one within a few seconds. @throws what it refuses with after that. */
async function orderOnceKnown(trouble: Trouble, node: string): Promise<void> {
  const end = performance.now() + JOIN_PATIENCE_MS;
  for (;;) {
    try {
      await trouble.questions.order(0, 'cluster-join', { node });
      return;
    } catch (error) {
      if (performance.now() >= end) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** Brings a node back that has missed much, and asks for nothing meanwhile. */
async function recover(trouble: Trouble, by: 'hints' | 'repair'): Promise<Judgement[]> {
  await trouble.beHealthy(false);
  const missed = await trouble.missWrites({ strict: by === 'repair' });
  await trouble.nodes.start(VICTIM);
  const began = performance.now();
  let lastSaid = began;
  await until(trouble, 'the node has what it missed', async () => {
    const left = await leftOf(trouble, missed, by);
    if (trouble.options.timeline && performance.now() - lastSaid > 1_000) {
      lastSaid = performance.now();
      console.log(`  ${((lastSaid - began) / 1000).toFixed(1)} s: ${left} left`);
    }
    if (left > missed * (1 - AS_GOOD_AS_ALL)) return false;
    return by === 'hints' ? left === 0 : trouble.questions.areInStep();
  });
  const seconds = (performance.now() - began) / 1000;
  console.log(`n${VICTIM + 1} had all that it missed after ${seconds.toFixed(1)} s`);
  const limit = { atLeast: LEAST_KEYS_PER_SECOND };
  return [{ what: `keys per second to a node that has missed ${missed}, by ${by}`, value: missed / seconds, unit: '', limit }];
}

/** @throws when it is not so within the time of the options. */
async function until({ options }: Trouble, what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + options.patience * 1000;
  while (!(await isSo())) {
    if (performance.now() >= end) throw new Error(`${what}: not within ${options.patience} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
