import { expect, test } from 'vitest';
import { encodeRecord } from '../../../protocols/versions/index.ts';
import { Writer } from '../../../runtime/bytes/index.ts';
import { Simulation } from '../../../runtime/simulated/index.ts';
import type { Engine } from '../../../runtime/world/index.ts';
import { withChecksum } from '../replica/index.ts';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS } from '../settings.ts';
import { placeOf } from '../storage-key.ts';
import { TreeLayout } from './tree-layout.ts';
import { Trees } from './trees.ts';

const NAME = { n: 3, partition: 2 };
const layout = new TreeLayout({
  clusterName: 'c',
  nodeName: 'n1',
  partitions: 8,
  members: [],
  defaults: DEFAULT_SETTINGS,
  buckets: new Map(),
  limits: DEFAULT_LIMITS,
  maxInFlight: 1,
});

function record(key: string): { storageKey: Uint8Array; checked: Uint8Array } {
  const { storageKey } = placeOf('b', new TextEncoder().encode(key), () => NAME.partition);
  const writer = new Writer();
  encodeRecord(writer, { clock: [{ actor: 1, counter: 1 }], versions: [] });
  return { storageKey, checked: withChecksum(storageKey, writer.copy()) };
}

function store(engine: Engine, { storageKey, checked }: ReturnType<typeof record>): void {
  engine.write([{ key: storageKey, value: checked }], () => undefined);
}

test('on a node without records nothing has to be counted: from then on the trees see every write', () => {
  const { engine, clock } = new Simulation(1n).start('n1').world;
  const trees = new Trees(engine, layout, clock);
  expect(trees.prepare()).toBe(false);
  store(engine, record('one'));
  expect(new Trees(engine, layout, clock).prepare()).toBe(true);
});

test('trees are taken up after a stop, and counted anew after a crash, or when a write came behind the stop', () => {
  const { engine, clock } = new Simulation(1n).start('n1').world;
  const first = new Trees(engine, layout, clock);
  first.prepare();
  const { storageKey, checked } = record('one');
  store(engine, record('one'));
  first.onWrite(storageKey, undefined, checked);
  first.keep(true);

  const second = new Trees(engine, layout, clock);
  expect(second.prepare()).toBe(false);
  expect(second.tree(NAME)).toEqual(first.tree(NAME));

  const afterCrash = new Trees(engine, layout, clock);
  expect(afterCrash.prepare()).toBe(true);
  expect(afterCrash.tree(NAME)).not.toEqual(first.tree(NAME));

  afterCrash.keep(true);
  afterCrash.onWrite(record('two').storageKey, undefined, record('two').checked);
  expect(new Trees(engine, layout, clock).prepare()).toBe(true);
});

test('trees that were still being counted are not kept', () => {
  const { engine, clock } = new Simulation(1n).start('n1').world;
  store(engine, record('one'));
  const trees = new Trees(engine, layout, clock);
  trees.prepare();
  trees.keep(false);
  expect(new Trees(engine, layout, clock).prepare()).toBe(true);
});

test('a leaf is busy for half a second after a write, and to three quarters of one; its neighbours are not', () => {
  const simulation = new Simulation(1n);
  const { engine, clock } = simulation.start('n1').world;
  const trees = new Trees(engine, layout, clock);
  const { storageKey, checked } = record('one');
  const [leaf, other] = [layout.leafOf(storageKey), layout.leafOf(record('two').storageKey)];
  simulation.runFor(1_000);
  expect([trees.isQuiet(NAME), trees.isBusy(NAME, leaf)]).toEqual([true, false]);
  trees.onWrite(storageKey, undefined, checked);
  expect([trees.isQuiet(NAME), trees.isBusy(NAME, leaf), trees.isBusy(NAME, other)]).toEqual([false, true, false]);
  simulation.runFor(499);
  expect(trees.isBusy(NAME, leaf)).toBe(true);
  simulation.runFor(251);
  expect([trees.isQuiet(NAME), trees.isBusy(NAME, leaf)]).toEqual([true, false]);
});
