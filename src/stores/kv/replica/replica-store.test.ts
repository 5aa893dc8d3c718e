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

beforeEach(() => {
  ({ world } = new Simulation(1n).start('n1'));
  const { engine, clock, log, random } = world;
  const identity = ActorIdentity.open(engine, random, () => {});
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

describe('a tombstone that goes', () => {
  test('goes only as it is, and only if it is one', () => {
    const old = change(NOTHING, put('old'));
    expect(store.drop(KEY, clockSection(recordOf(old.checked)), () => {})).toBe(false);
    const deleted = change(seenBy(old.state), remove);
    expect(store.drop(KEY, clockSection(recordOf(old.checked)), () => {})).toBe(false);
    expect(store.drop(KEY, clockSection(recordOf(deleted.checked)), () => {})).toBe(true);
    expect(values()).toBeUndefined();
  });

  test('leaves nothing that an older record could be told by: the reason for eras', () => {
    const old = change(NOTHING, put('old'));
    const deleted = change(seenBy(old.state), remove);
    store.drop(KEY, clockSection(recordOf(deleted.checked)), () => {});
    store.merge(KEY, old.checked, 'siblings', () => {});
    expect(values()).toEqual(['old']);
  });

  test('is taken into older records as long as it is promised', () => {
    const old = change(NOTHING, put('old'));
    const deleted = change(seenBy(old.state), remove);
    store.drop(KEY, clockSection(recordOf(deleted.checked)), () => {});
    store.eras.promise(KEY, deleted.checked, 7);
    store.merge(KEY, old.checked, 'siblings', () => {});
    expect(values()).toEqual([]);
  });

  test('under latest a new write is later than the deletion that was forgotten, whatever the clock says', () => {
    const later = { ...NOTHING, timestamp: 10_000_000_000_000 };
    const deleted = store.change(KEY, 'latest', later, remove, () => {});
    store.drop(KEY, clockSection(recordOf(deleted.checked)), () => {});
    const again = store.change(KEY, 'latest', NOTHING, put('new'), () => {});
    expect(again.state.versions[0]?.timestamp).toBeGreaterThan(later.timestamp);
  });
});
