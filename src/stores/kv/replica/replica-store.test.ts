import { beforeEach, describe, expect, test } from 'vitest';
import { type Change, clockSection, decodeRecord, type Seen, seenBy, type Versions } from '../../../protocols/versions/index.ts';
import { Simulation } from '../../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../../runtime/world/index.ts';
import { SILENT_OBSERVER } from '../observer.ts';
import { placeOf } from '../storage-key.ts';
import { ActorIdentity, ReplicaStore, recordOf } from './index.ts';

const utf8 = new TextEncoder();
const KEY = placeOf('b', utf8.encode('key'), () => 3).storageKey;
const NOTHING: Seen = { clock: [], timestamp: 0 };
const put = (value: string): Change => ({ kind: 'put', contentType: '', value: utf8.encode(value) });
const remove: Change = { kind: 'delete' };

let world: NodeWorld;
let store: ReplicaStore;
let actor: number;

beforeEach(() => {
  ({ world } = new Simulation(1n).start('n1'));
  const { engine, clock, log, random } = world;
  const identity = ActorIdentity.open(engine, random, () => {});
  actor = identity.actor;
  store = new ReplicaStore({ engine, clock, log, identity, observer: SILENT_OBSERVER });
});

function change(seen: Seen, what: Change): { state: Versions; checked: Uint8Array } {
  return store.change(KEY, 'siblings', seen, what, () => {});
}

function values(): string[] | undefined {
  const local = store.read(KEY);
  if (local.kind !== 'record') return undefined;
  return decodeRecord(recordOf(local.checked)).versions.map(({ value }) => new TextDecoder().decode(value));
}

describe('a tombstone', () => {
  test('goes when it is still what lies there, and observers hear of it', () => {
    const heard: boolean[] = [];
    store.observeWrites((_key, before, after) => heard.push(before !== undefined, after !== undefined));
    const written = change(NOTHING, put('a'));
    const deleted = change(seenBy(written.state), remove);
    expect(store.drop(KEY, clockSection(recordOf(written.checked)), () => {})).toBe(false);
    expect(store.drop(KEY, clockSection(recordOf(deleted.checked)), () => {})).toBe(true);
    expect(values()).toBeUndefined();
    expect(heard).toEqual([false, true, true, true, true, false]);
  });

  test('stays when something was written meanwhile; and what has a value never goes', () => {
    const written = change(NOTHING, put('a'));
    const deleted = change(seenBy(written.state), remove);
    const again = change(seenBy(deleted.state), put('b'));
    expect(store.drop(KEY, clockSection(recordOf(deleted.checked)), () => {})).toBe(false);
    expect(store.drop(KEY, clockSection(recordOf(again.checked)), () => {})).toBe(false);
    expect(values()).toEqual(['b']);
  });
});

describe('what this node has seen', () => {
  test('does not come back once its tombstone went, not even beside a new write', () => {
    const old = change(NOTHING, put('old'));
    const deleted = change(seenBy(old.state), remove);
    expect(store.lastDot).toEqual({ actor, counter: 1 });
    store.heedKnownWrites(() => [store.lastDot]);
    store.drop(KEY, clockSection(recordOf(deleted.checked)), () => {});
    store.merge(KEY, old.checked, 'siblings', () => {});
    expect(values()).toBeUndefined();
    store.merge(KEY, deleted.checked, 'siblings', () => {});
    expect(values()).toBeUndefined();
    change(NOTHING, put('new'));
    store.merge(KEY, old.checked, 'siblings', () => {});
    expect(values()).toEqual(['new']);
  });

  test('without that knowledge it would come back: the reason for it', () => {
    const old = change(NOTHING, put('old'));
    const deleted = change(seenBy(old.state), remove);
    store.drop(KEY, clockSection(recordOf(deleted.checked)), () => {});
    store.merge(KEY, old.checked, 'siblings', () => {});
    expect(values()).toEqual(['old']);
  });

  test('is taken in again where the record that held it is damaged', () => {
    const heard: Uint8Array[] = [];
    store.observeDamage((storageKey) => heard.push(storageKey));
    const written = change(NOTHING, put('a'));
    store.heedKnownWrites(() => [{ actor, counter: 1 }]);
    world.engine.write([{ key: KEY, value: Uint8Array.of(1, 2, 3, 4, 5, 6) }], () => {});
    store.merge(KEY, written.checked, 'siblings', () => {});
    expect(values()).toEqual(['a']);
    expect(heard).toEqual([KEY]);
  });

  test("is taken in again where it was given up as another node's: the news of that comes before it goes", () => {
    const written = change(NOTHING, put('a'));
    let seen = [{ actor, counter: 1 }];
    store.heedKnownWrites(() => seen);
    store.observeAbandoned(() => {
      expect(values()).toEqual(['a']);
      seen = [];
    });
    store.abandon([KEY]);
    expect(values()).toBeUndefined();
    expect(store.lastDot.actor).not.toBe(actor);
    store.merge(KEY, written.checked, 'siblings', () => {});
    expect(values()).toEqual(['a']);
  });
});
