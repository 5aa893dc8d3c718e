import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realWorld } from '../../runtime/real/index.ts';
import { SeededRandom } from '../../runtime/simulated/index.ts';
import type { Bucket, Quorate } from '../../stores/kv/index.ts';
import { open } from '../library/index.ts';
import { type DrillOptions, runDrill } from './drill.ts';
import type { PlannedFault } from './fault.ts';
import type { Stage } from './stage.ts';
import { judgeDrill, type Verdict } from './verdict.ts';

let directory: string;
let store: Quorate;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-drill-'));
  store = await open({ directory });
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

/** So many calls are a drill here: no test waits for time to pass. */
const ENOUGH = 600;
let calls: number;
let enough: PromiseWithResolvers<void>;

/** A client of the store whose buckets are somewhat different. */
const client = (change: (bucket: Bucket) => Partial<Bucket>): Quorate => ({
  kv: {
    bucket: (name) => {
      const bucket = store.kv.bucket(name);
      const changed = change(bucket);
      return new Proxy(bucket, {
        get: (target, property) => {
          if (++calls === ENOUGH) enough.resolve();
          const value: unknown = Reflect.get(property in changed ? changed : target, property);
          return typeof value === 'function' ? value.bind(property in changed ? changed : target) : value;
        },
      });
    },
  },
  administration: store.administration,
  status: (options) => store.status(options),
  ring: (options) => store.ring(options),
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
});

const calm: Stage = {
  nodes: ['n1'],
  addresses: [],
  means: 'embedded',
  unable: new Map(),
  accidents: [],
  start: async () => {},
  begin: async () => {
    await enough.promise;
    return undefined;
  },
  end: async () => {},
  close: async () => {},
};

const FAULTS = [{ fault: { kind: 'kill', nodes: ['n1'] }, atMs: 0, durationMs: 0 }] as const satisfies readonly PlannedFault[];

async function drill(connected: Quorate, more: Partial<DrillOptions> = {}): Promise<Verdict> {
  const { clock, timers } = realWorld();
  calls = 0;
  enough = Promise.withResolvers();
  const result = await runDrill({
    plan: { seed: 1n, durationMs: 0, faults: FAULTS, changes: [] },
    stage: calm,
    clients: 4,
    keys: 3,
    clock,
    timers,
    random: new SeededRandom(1n),
    connect: async () => connected,
    cleanUp: false,
    interrupted: new AbortController().signal,
    onFault: () => {},
    onFaultOver: () => {},
    onChange: () => {},
    onPhase: () => {},
    ...more,
  });
  return judgeDrill({ ...result, accidents: [], watched: 1 });
}

const broken = ({ checks }: Verdict): readonly string[] => checks.flatMap((check) => (check.broken > 0 ? [check.name] : []));

describe('a drill', () => {
  test('finds nothing wrong with a store that is sound', async () => {
    const verdict = await drill(client(() => ({})));
    expect(broken(verdict)).toEqual([]);
    expect(verdict.judgement.figures['acknowledged writes']).toBeGreaterThan(20);
    expect(verdict.judgement.figures['final reads']).toBeGreaterThan(5);
  });

  test('catches a store that acknowledges a write and forgets it', async () => {
    let puts = 0;
    const forgetful = client((bucket) => ({
      put: async (key, value, options) => (++puts % 10 === 0 ? { context: undefined } : await bucket.put(key, value, options)),
    }));
    expect(broken(await drill(forgetful))).toContain('no acknowledged write is lost');
  });

  test('catches deletions that are acknowledged and do nothing', async () => {
    const lazy = client((bucket) => ({
      delete: async (key, options) => ({ context: (await bucket.get(key, options)).context }),
    }));
    expect(broken(await drill(lazy))).toEqual(expect.arrayContaining(['nothing deleted or superseded comes back']));
  });

  test('catches reads that go back', async () => {
    let gets = 0;
    const stale = client((bucket) => ({
      get: async (key, options) => await bucket.get(++gets % 20 === 0 && options?.r === undefined ? 'another' : key, options),
    }));
    expect(broken(await drill(stale))).toEqual(['no read misses what was acknowledged before it']);
  });

  test('catches contexts that are not heeded', async () => {
    const heedless = client((bucket) => ({
      put: async (key, value) => ({ ...(await bucket.put(key, value)) }),
    }));
    expect(broken(await drill(heedless))).toContain('siblings are exactly the concurrent writes');
  });

  test('says which fault could not be done, and goes on', async () => {
    const begin: Stage['begin'] = async (fault) => {
      await calm.begin(fault);
      throw new Error('no such process');
    };
    const failures: (string | undefined)[] = [];
    const verdict = await drill(
      client(() => ({})),
      { stage: { ...calm, begin }, onFaultOver: ({ failure }) => failures.push(failure) },
    );
    expect(failures).toEqual(['no such process']);
    expect(verdict.ok).toBe(true);
  });

  test('keeps the calm behind a fault that took longer than planned', async () => {
    const faults = [
      FAULTS[0],
      { fault: { kind: 'pause', nodes: ['n1'] }, atMs: 30, durationMs: 0 },
    ] as const satisfies readonly PlannedFault[];
    const over: number[] = [];
    const begun: number[] = [];
    await drill(
      client(() => ({})),
      {
        plan: { seed: 1n, durationMs: 40, faults, changes: [] },
        onFault: (_planned, beganMs) => begun.push(beganMs),
        onFaultOver: ({ endedMs }) => over.push(endedMs),
      },
    );
    expect((begun[1] ?? 0) - (over[0] ?? 0)).toBeGreaterThanOrEqual(25);
  });

  test('leaves nothing in a cluster of others', async () => {
    const names = new Set<string>();
    const observed = client((bucket) => {
      names.add(bucket.name);
      return {};
    });
    expect((await drill(observed, { cleanUp: true })).ok).toBe(true);
    const [name = ''] = names;
    const left: string[] = [];
    for await (const key of store.kv.bucket(name).keys()) left.push(key);
    expect(left).toEqual([]);
  });

  test('ends early when it is interrupted', async () => {
    const interrupt = new AbortController();
    const verdict = await drill(
      client(() => ({})),
      {
        plan: { seed: 1n, durationMs: 3_600_000, faults: FAULTS, changes: [] },
        interrupted: interrupt.signal,
        onFault: () => interrupt.abort(),
      },
    );
    expect(verdict.judgement.figures['final reads']).toBe(0);
  });
});
