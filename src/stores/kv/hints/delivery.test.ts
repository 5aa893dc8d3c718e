/** Where hints go when the ring has changed, with a ring that is changed by hand. */
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeRecord, type Versions } from '../../../protocols/versions/index.ts';
import { Writer } from '../../../runtime/bytes/index.ts';
import { Simulation } from '../../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../../runtime/world/index.ts';
import { Background } from '../background/index.ts';
import { ringOfConfiguration } from '../known-rings.ts';
import { SILENT_OBSERVER } from '../observer.ts';
import { ActorIdentity, CHECKSUM_BYTES, ReplicaStore, withChecksum } from '../replica/index.ts';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS } from '../settings.ts';
import { placeOf } from '../storage-key.ts';
import { HintService, HintStore } from './index.ts';

const SELF = 'n1';
const KEY = placeOf('b', new TextEncoder().encode('key'), () => 0).storageKey;
const membersOf = (...names: string[]) => names.map((name) => ({ name, address: `${name}:1`, host: name, zone: 'z', weight: 1 }));

/** Its only partition has the first three nodes of a cluster of that many as homes. */
function ringOf(...names: string[]) {
  const ring = ringOfConfiguration(membersOf(...names), 1);
  return { ring, homes: [...ring.replicas(0, 3)] as string[] };
}

function recordOf(counter: number): Uint8Array {
  const state: Versions = { clock: [{ actor: 7, counter }], versions: [] };
  const writer = new Writer();
  encodeRecord(writer, state);
  return withChecksum(KEY, writer.copy());
}

let simulation: Simulation;
let world: NodeWorld;
let store: HintStore;
let replica: ReplicaStore;
let service: HintService;
const topology = { nodeName: SELF, ring: ringOf(SELF).ring, target: () => undefined };

function hold(target: string, counter = 1): void {
  store.hold({ target, storageKey: KEY, policy: 'siblings', checkedRecord: recordOf(counter) }, () => {});
  simulation.runFor(10);
}

function started(): void {
  const { engine, clock, log, random } = world;
  const identity = ActorIdentity.open(engine, random, () => {});
  replica = new ReplicaStore({ engine, clock, log, identity, observer: SILENT_OBSERVER });
  store = new HintStore({ engine, clock, log, random, eras: replica.eras });
  const configuration = {
    clusterName: 'c',
    nodeName: SELF,
    partitions: 1,
    members: membersOf(...topology.ring.nodes.map(({ name }) => name)),
    defaults: DEFAULT_SETTINGS,
    buckets: new Map(),
    limits: DEFAULT_LIMITS,
    maxInFlight: 10,
  };
  service = new HintService({ world, configuration, topology, replica, hints: store, background: new Background(world) });
  service.start();
}

const described = (): unknown => service.topics.get('hints')?.();

beforeEach(() => {
  simulation = new Simulation(3n);
  ({ world } = simulation.start(SELF));
  topology.ring = ringOf('n1', 'n2', 'n3', 'n4', 'n5').ring;
  started();
});

describe('a hint whose target', () => {
  test('has left is held for those who are the homes now', () => {
    hold('n5');
    const { ring, homes } = ringOf('n1', 'n2', 'n3', 'n4');
    topology.ring = ring;
    simulation.runFor(2_000);
    expect([...store.targets.keys()].filter((target) => store.count(target, 9).hints > 0).sort()).toEqual(
      homes.filter((home) => home !== SELF).sort(),
    );
    expect(replica.read(KEY).kind).toBe(homes.includes(SELF) ? 'record' : 'none');
  });

  test('has left becomes this node’s own when it is a home now', () => {
    hold('n5');
    topology.ring = ringOf('n1').ring;
    simulation.runFor(2_000);
    expect(replica.read(KEY)).toMatchObject({ kind: 'record', checked: recordOf(1) });
    expect(described()).toMatchObject({ targets: [] });
  });

  test('is merged with what is held for the new home already', () => {
    hold('n5', 1);
    hold('n2', 2);
    topology.ring = ringOf('n2').ring;
    simulation.runFor(2_000);
    expect(store.hint('n2', KEY)?.checkedRecord).toEqual(recordOf(2));
    expect(store.count('n5', 9).hints).toBe(0);
  });

  test('nobody knows is kept and reported, also after a restart, until an administrator says that it is no more', () => {
    hold('stranger');
    started();
    simulation.runFor(5_000);
    expect(described()).toMatchObject({ targets: [{ target: 'stranger', hints: 1, waitsFor: 'nobody knows the target' }] });
    const command = service.commands.get('redirect-hints');
    let outcome: unknown;
    command?.(
      { target: 'stranger' },
      {
        done: (result) => {
          outcome = result;
        },
      },
    );
    expect(outcome).toEqual({ target: 'stranger', hints: 1, more: false });
    simulation.runFor(2_000);
    expect(store.count('stranger', 9).hints).toBe(0);
    expect(
      store.count('n2', 9).hints + store.count('n3', 9).hints + store.count('n4', 9).hints + store.count('n5', 9).hints,
    ).toBeGreaterThan(1);
  });
});

test('hints for a member are not given away by an order', () => {
  const command = service.commands.get('redirect-hints');
  const order = (argument: { target: string } | undefined) => () => command?.(argument, { done: () => {} });
  expect(order({ target: 'n2' })).toThrow(expect.objectContaining({ code: 'bad-request', outcome: 'not-applied' }));
  expect(order(undefined)).toThrow(/names no target/);
});

test('a damaged hint is given up, and said to be', () => {
  hold('n2');
  const [stored] = [...world.engine.range({ from: Uint8Array.of(6), to: Uint8Array.of(7) })];
  const value = (stored?.value ?? new Uint8Array()).slice();
  value[value.length - 1] = (value.at(-1) ?? 0) ^ 1;
  world.engine.write([{ key: stored?.key ?? new Uint8Array(), value }], () => {});
  expect(store.find(KEY)).toBeUndefined();
  expect(described()).toMatchObject({ targets: [], damaged: 1 });
});

describe('of two hints for one target', () => {
  const OTHER = placeOf('b', new TextEncoder().encode('other'), () => 0).storageKey;

  beforeEach(() => {
    for (const storageKey of [KEY, OTHER]) {
      const checkedRecord = withChecksum(storageKey, recordOf(1).subarray(CHECKSUM_BYTES));
      store.hold({ target: 'n2', storageKey, policy: 'siblings', checkedRecord }, () => {});
    }
  });

  // Found by the soak: whole, seed 0x4e53. The other hint was not counted any more, and came to its target after the next start, when
  // the tombstone of its key had long been collected.
  test('one that is retired twice at once counts once: the other is still known', () => {
    const retired = { target: 'n2', storageKey: KEY, policy: 'siblings', checkedRecord: recordOf(1) } as const;
    store.retire('n2', [retired, retired], -1);
    expect(store.count('n2', 9)).toEqual({ hints: 1, more: false });
    expect(store.find(OTHER)).toBeDefined();
  });

  test('one that was damaged when a page was opened, and is whole again, is kept', () => {
    const stored = [...world.engine.range({ from: Uint8Array.of(6), to: Uint8Array.of(7) })];
    world.engine.write(
      stored.map(({ key, value }) => ({ key, value: value.with(-1, (value.at(-1) ?? 0) ^ 1) })),
      () => {},
    );
    const pages = store.pages('n2');
    const fresh: Uint8Array[] = [];
    store.onStored = (_target, storageKey) => fresh.push(storageKey);
    expect(pages.next(1)?.hints).toEqual([]);
    world.engine.write(stored.slice(1), () => {});
    expect(pages.next(1_000)?.hints).toEqual([]);
    // It is looked for again: whoever has gone through all pages takes all for delivered.
    expect(fresh.length).toBe(1);
    expect([store.count('n2', 9).hints, store.damaged]).toEqual([1, 1]);
    expect([KEY, OTHER].filter((key) => store.hint('n2', key) !== undefined).length).toBe(1);
  });
});

test('hints that an earlier version has kept are taken over, and follow their targets', () => {
  hold('n5', 3);
  const [stored] = [...world.engine.range({ from: Uint8Array.of(6), to: Uint8Array.of(7) })];
  const former = Uint8Array.of(5, 2, ...new TextEncoder().encode('n5'), ...KEY);
  world.engine.write([{ key: stored?.key ?? new Uint8Array(), value: undefined }], () => {});
  world.engine.write([{ key: former, value: stored?.value }], () => {});
  started();
  expect(store.hint('n5', KEY)).toMatchObject({ target: 'n5', storageKey: KEY, checkedRecord: recordOf(3) });
  expect([...world.engine.range({ from: Uint8Array.of(5), to: Uint8Array.of(6) })]).toEqual([]);
});

// Found by the soak: whole-ring, seeds 0x186c1 and 0x186d3. A pass to the new target that was over forgot them until the next start.
test('hints that belong to others by now are told to who hands over to those, as any that are stored', () => {
  hold('n5');
  const told: string[] = [];
  store.onStored = (target) => told.push(target);
  const hint = store.hint('n5', KEY);
  if (hint === undefined) throw new Error('no hint');
  const before = store.markOf('n2').changes;
  store.redirect(hint, ['n2', 'n3'], () => {});
  expect(told).toEqual(['n2', 'n3']);
  expect(store.markOf('n2').changes).toBeGreaterThan(before);
});

describe('what is found of a key', () => {
  // Found by the soak: kv-varied, seeds 0xf441b and 0xf4513.
  test('is the finder’s own when hints for several targets hold the same: no later read of the disk changes it', () => {
    for (const target of ['n2', 'n3', 'n4']) hold(target, 1);
    const found = store.find(KEY);
    const before = [...(found ?? [])];
    expect(before.length).toBeGreaterThan(0);
    store.find(KEY);
    replica.read(KEY);
    expect([...(found ?? [])]).toEqual(before);
  });
});
