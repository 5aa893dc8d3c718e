/** Any sequence of calls, on an engine and on its twin: fast-check's model-based testing. Part of the conformance suite. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { all, type EngineUnderTest, EVERYTHING, got, type OpenEngine, remove, set, text } from './conformance-notation.ts';
import type { Engine, Snapshot } from './engine.ts';

/** An ordered map in the simplest way there is: a Map of texts, sorted whenever somebody looks. */
type Twin = Map<string, string>;

interface Real {
  under: EngineUnderTest;
  engine: Engine;
  expected: number;
  called: number[];
  snapshots: { readonly snapshot: Snapshot; readonly twin: Twin }[];
}

type EngineCommand = fc.AsyncCommand<Twin, Real>;

function command(label: string, run: (twin: Twin, real: Real) => Promise<void> | void): EngineCommand {
  return { check: () => true, run: async (twin, real) => run(twin, real), toString: () => label };
}

const someKey = fc.string({ unit: fc.constantFrom('\0', 'a', 'b', '\x7f'), minLength: 1, maxLength: 4 });
const someChange = fc.tuple(someKey, fc.option(fc.string({ maxLength: 3 }), { nil: undefined, freq: 3 }));

const someCommand: fc.Arbitrary<EngineCommand>[] = [
  fc.array(someChange, { maxLength: 6 }).map((changes) =>
    command(`write ${JSON.stringify(changes)}`, (twin, real) => {
      const index = real.expected++;
      for (const [key, value] of changes) value === undefined ? twin.delete(key) : twin.set(key, value);
      const batch = changes.map(([key, value]) => (value === undefined ? remove(key) : set(key, value)));
      real.engine.write(batch, (error) => real.called.push(error === undefined ? index : -1));
    }),
  ),
  someKey.map((key) => command(`get ${JSON.stringify(key)}`, (twin, { engine }) => expect(got(engine, key)).toBe(twin.get(key)))),
  fc.tuple(fc.option(someKey), fc.option(someKey), fc.option(fc.nat(4))).map(([from, to, limit]) =>
    command(`range ${JSON.stringify([from, to, limit])}`, (twin, { engine }) => {
      expect(all(engine, from ?? '', to ?? undefined, limit ?? undefined)).toEqual(twinRange(twin, from, to, limit));
    }),
  ),
  fc.constant(
    command('settle', async (_, real) => {
      await real.under.settle();
      expect(real.called).toEqual(Array.from({ length: real.expected }, (_, index) => index));
    }),
  ),
  fc.constant(
    command('take a snapshot', (twin, { engine, snapshots }) => {
      snapshots.push({ snapshot: engine.snapshot(), twin: new Map(twin) });
    }),
  ),
  fc.constant(
    command('compare and close the oldest snapshot', (_, { snapshots }) => {
      const oldest = snapshots.shift();
      if (oldest === undefined) return;
      expect([...oldest.snapshot.range(EVERYTHING)].map(text)).toEqual(twinRange(oldest.twin, null, null, null));
      oldest.snapshot.close();
    }),
  ),
  fc.constant(
    command('reopen', async (twin, real) => {
      if (real.under.reopen === undefined) return;
      for (const { snapshot } of real.snapshots.splice(0)) snapshot.close();
      const closing = real.engine.close();
      await real.under.settle();
      await closing;
      real.engine = await real.under.reopen();
      real.under = { ...real.under, engine: real.engine };
      expect(all(real.engine)).toEqual(twinRange(twin, null, null, null));
    }),
  ),
];

export async function compareWithTwin(open: OpenEngine): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.commands(someCommand, { maxCommands: 60 }), async (commands) => {
      const under = await open();
      try {
        const real: Real = { under, engine: under.engine, expected: 0, called: [], snapshots: [] };
        await fc.asyncModelRun(() => ({ model: new Map(), real }), commands);
      } finally {
        await under.dispose();
      }
    }),
    { numRuns: 40 },
  );
}

function twinRange(twin: Twin, from: string | null, to: string | null, limit: number | null): string[] {
  const within = [...twin].filter(([key]) => key >= (from ?? '') && (to === null || key < to));
  return within
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, limit ?? undefined)
    .map(([key, value]) => `${key}=${value}`);
}
