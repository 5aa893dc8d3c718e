/**
 * How long do the history checkers take? `node bench/histories.ts`
 *
 * Histories of 10,000 operations by 10 clients that a correct object produced in simulated time, one answer in a
 * hundred lost, and the same with one output changed.
 */
import {
  type History,
  type HistoryModel,
  HistoryRecorder,
  judgeHistory,
  type Value,
} from '../src/verification/histories/index.ts';

const OPERATIONS = 10_000;
const CLIENTS = 10;
const KEYS = 10;

interface Workload {
  readonly name: string;
  readonly model: HistoryModel;
  call(random: (below: number) => number): { kind: string; key?: string; input?: Value };
  apply(call: { kind: string; key?: string; input?: Value }, process: number | string): Value | undefined;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Xorshift, so that every run has the same histories. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

interface Client {
  name: number;
  /** What it does next; an idle one begins an operation. */
  next: (() => void) | undefined;
}

/** Clients take turns at random: to invoke, to have the effect, to hear of it. One answer in `lossEvery` is lost. */
function run({ call, apply }: Workload, { operations = OPERATIONS, lossEvery = 100 } = {}): History {
  const random = randomFrom(2_463_534_242);
  let now = 0;
  const recorder = new HistoryRecorder(() => now++);
  const clients = Array.from({ length: CLIENTS }, (_, name): Client => ({ name, next: undefined }));
  const begin = (client: Client): void => {
    const made = call(random);
    const open = recorder.invoke({ process: client.name, ...made });
    client.next = () => {
      const output = apply(made, client.name);
      client.next = () => {
        client.next = undefined;
        if (random(lossEvery) > 0) open.ok(output);
        else client.name += CLIENTS;
      };
    };
  };
  let begun = 0;
  while (begun < operations || clients.some(({ next }) => next !== undefined)) {
    const client = clients[random(CLIENTS)];
    if (client?.next !== undefined) client.next();
    else if (client !== undefined && begun < operations) {
      begun++;
      begin(client);
    }
  }
  return recorder.history();
}

function registers(keys: number): Pick<Workload, 'call' | 'apply'> {
  const values = new Map<string, Value>();
  let next = 1;
  return {
    call: (random) => {
      const key = `k${random(keys)}`;
      if (random(2) === 0) return { kind: 'read', key };
      return { kind: 'write', key, input: next++ };
    },
    apply: ({ kind, key = '', input = null }) => {
      if (kind === 'read') return values.get(key) ?? null;
      values.set(key, input);
      return undefined;
    },
  };
}

function queue(): Pick<Workload, 'call' | 'apply'> {
  const values: Value[] = [];
  let next = 1;
  return {
    call: (random) => (random(2) === 0 ? { kind: 'dequeue' } : { kind: 'enqueue', input: next++ }),
    apply: ({ kind, input = null }) => {
      if (kind === 'dequeue') return values.shift() ?? null;
      values.push(input);
      return undefined;
    },
  };
}

function log(): Pick<Workload, 'call' | 'apply'> {
  const values: Value[] = [];
  let next = 1;
  return {
    call: (random) => (random(2) === 0 ? { kind: 'read', input: random(OPERATIONS / 2) } : { kind: 'append', input: next++ }),
    apply: ({ kind, input = null }) => (kind === 'read' ? (values[Number(input)] ?? null) : values.push(input) - 1),
  };
}

function set(): Pick<Workload, 'call' | 'apply'> {
  const values: Value[] = [];
  let next = 1;
  return {
    call: (random) => (random(50) === 0 ? { kind: 'read' } : { kind: 'add', input: next++ }),
    apply: ({ kind, input = null }) => {
      if (kind === 'read') return [...values];
      values.push(input);
      return undefined;
    },
  };
}

function counter(): Pick<Workload, 'call' | 'apply'> {
  let sum = 0;
  return {
    call: (random) => (random(2) === 0 ? { kind: 'read' } : { kind: 'add', input: 1 + random(5) }),
    apply: ({ kind, input }) => {
      if (kind === 'read') return sum;
      sum += Number(input);
      return undefined;
    },
  };
}

/** Two steps in each; lists of some tens of values. */
function lists(): Pick<Workload, 'call' | 'apply'> {
  const values = new Map<string, Value[]>();
  let next = 1;
  return {
    call: (random) => {
      const step = (): Value => {
        const key = `k${Math.floor(next / 50) * 2 + random(2)}`;
        return random(2) === 0 ? ['r', key, null] : ['append', key, next++];
      };
      return { kind: 'txn', input: [step(), step()] };
    },
    apply: ({ input }) =>
      (Array.isArray(input) ? input : []).map((step: Value): Value => {
        const [kind, key, value = null]: readonly Value[] = Array.isArray(step) ? step : [];
        const list = values.get(String(key)) ?? [];
        if (kind === 'append') values.set(String(key), [...list, value]);
        return kind === 'append' ? step : ['r', key ?? null, list];
      }),
  };
}

/** The last operation that returned a number returns what one of its kind and key had returned long before. */
function spoilt({ operations }: History): History {
  const returned = operations.filter(({ output, outcome }) => outcome === 'ok' && typeof output === 'number');
  const last = returned.at(-1);
  const old = returned.filter((one) => one.kind === last?.kind && one.key === last.key && one.output !== last.output).at(-100);
  return { operations: operations.map((one) => (one === last ? { ...one, output: old?.output ?? null } : one)) };
}

const WORKLOADS: readonly Workload[] = [
  { name: `map, ${KEYS} keys`, model: 'map', ...registers(KEYS) },
  { name: 'register', model: 'register', ...registers(1) },
  { name: 'queue', model: 'queue', ...queue() },
  { name: 'log', model: 'log', ...log() },
  { name: `sessions, ${KEYS} keys`, model: 'sessions', ...registers(KEYS) },
  { name: `causal-convergent, ${KEYS} keys`, model: 'causal-convergent', ...registers(KEYS) },
  { name: 'set', model: 'set', ...set() },
  { name: 'counter', model: 'counter', ...counter() },
  { name: 'list-append', model: 'list-append', ...lists() },
];

function measure(name: string, history: History, model: HistoryModel): void {
  const started = performance.now();
  const { verdict, figures } = judgeHistory(history, model);
  const milliseconds = performance.now() - started;
  const told = Object.entries(figures).map(([what, count]) => `${count} ${what}`);
  print(`${name.padEnd(36)} ${verdict.padEnd(10)} ${milliseconds.toFixed(0).padStart(6)} ms  ${told.join(', ')}`);
}

for (const workload of WORKLOADS) {
  const history = run(workload);
  measure(workload.name, history, workload.model);
  if (workload.model !== 'list-append' && workload.model !== 'set')
    measure(`${workload.name}, spoilt`, spoilt(history), workload.model);
}
