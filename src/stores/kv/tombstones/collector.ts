/**
 * Collects the tombstones of which this node is the first home: asks all members whether they are clear of them, waits for some eras to pass, and tells
 * whoever has them to drop them. The rules are in `protocols/tombstone-collection`.
 */
import {
  type Batch,
  beginBatch,
  type EraEntry,
  mayBeginBatch,
  onMemberAnswer,
  onNextEra,
} from '../../../protocols/tombstone-collection/index.ts';
import { clockSection, isTombstoneRecord } from '../../../protocols/versions/index.ts';
import { copyBytes } from '../../../runtime/bytes/index.ts';
import type { Instant, Timer } from '../../../runtime/world/index.ts';
import { CHECKSUM_BYTES, recordOf } from '../replica/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { parseStorageKey } from '../storage-key.ts';
import type { EraPace } from './era-pace.ts';
import {
  type Dropped,
  decodeStandings,
  encodeDropped,
  encodeQuestion,
  REPLY,
  type Standing,
  TOMBSTONE_KIND,
  type Tombstone,
} from './frames.ts';
import type { Member } from './member.ts';
import { Reasons } from './reasons.ts';
import type { TombstoneIndex } from './tombstone-index.ts';

const STEP_MS = 500;
/** Who has not answered in this time does not, or what it said was lost. */
const PATIENCE_MS = 10_000;
/** Tombstones, and about how many bytes of them, that are asked about at once. */
const MOST_KEYS = 256;
const MOST_BYTES = 32 * 1024;
/** Batches under way: each takes some seconds, most of them waiting. */
const MOST_BATCHES = 16;

interface Collection {
  batch: Batch<string>;
  /** By storage key, as Latin-1. */
  readonly tombstones: Map<string, Tombstone>;
  /** Who has them. */
  readonly holders: Set<string>;
  readonly begunAt: Instant;
}

export class Collector {
  readonly #parts: ServiceParts;
  readonly #index: TombstoneIndex;
  readonly #pace: EraPace;
  readonly #member: Member;
  readonly reasons = new Reasons();
  #collections: Collection[] = [];
  /** Where to look for tombstones next: a partition, and behind which of its keys. */
  #cursor: { readonly partition: number; readonly after: Uint8Array | undefined } = { partition: 0, after: undefined };
  #timer: Timer | undefined;
  #isStopped = false;
  /** Dropped here since the start. */
  collected = 0;

  constructor(parts: ServiceParts, index: TombstoneIndex, pace: EraPace, member: Member) {
    this.#parts = parts;
    this.#index = index;
    this.#pace = pace;
    this.#member = member;
    index.onAdded = () => this.start();
    pace.onEntered = (entry) => this.#onEntered(entry);
  }

  get underWay(): number {
    return this.#collections.reduce((sum, { tombstones }) => sum + tombstones.size, 0);
  }

  start(): void {
    if (this.#isStopped || this.#timer !== undefined || this.#index.isEmpty) return;
    this.#timer = this.#parts.world.timers.after(STEP_MS, () => {
      this.#timer = undefined;
      this.#step();
      this.start();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #step(): void {
    if (this.#parts.replica.failure !== undefined) return;
    const isMine = this.#ownPartitions().length > 0;
    const now = this.#parts.world.clock.now();
    const asking = this.#collections.filter(({ batch }) => batch.phase === 'asking');
    for (const collection of asking)
      if (now - collection.begunAt > PATIENCE_MS) this.#giveUp(collection, 'answers of all members');
    // Whoever is asked answers in the era in which it is asked.
    if (asking.length === 0 && (isMine || this.#collections.length > 0)) this.#pace.want();
  }

  /** Those with tombstones, as far as is known, of which this node is the first home. */
  #ownPartitions(): readonly number[] {
    const { seating, topology } = this.#parts;
    const isFirst = (partition: number, n: number): boolean => seating.wanted.replicas(partition, n)[0] === topology.nodeName;
    return this.#index.partitions.filter((partition) => seating.ns.some((n) => isFirst(partition, n)));
  }

  #begin(entry: EraEntry): void {
    const tombstones = this.#next();
    if (tombstones.length === 0) return;
    const { members } = this.#pace;
    const collection: Collection = {
      batch: beginBatch(entry, members),
      tombstones: new Map(tombstones.map((tombstone) => [latin1(tombstone.storageKey), tombstone])),
      holders: new Set(),
      begunAt: this.#parts.world.clock.now(),
    };
    this.#collections.push(collection);
    const question = { era: entry.era, shape: entry.shape, tombstones };
    for (const name of members) {
      if (name === this.#parts.topology.nodeName) {
        this.#member.answer(question, (standings) => this.#onAnswer(collection, tombstones, name, standings));
        continue;
      }
      const peer = this.#parts.topology.reach(name)?.peer;
      peer?.request(
        TOMBSTONE_KIND.ask,
        (writer) => encodeQuestion(writer, question),
        (kind, body) =>
          this.#onAnswer(collection, tombstones, name, kind === (TOMBSTONE_KIND.ask | REPLY) ? decodeStandings(body) : []),
        () => this.#giveUp(collection, `${name} to answer`),
      );
    }
  }

  /** Some that are in no batch yet, in turn. */
  #next(): readonly Tombstone[] {
    const partitions = this.#ownPartitions();
    const found: Tombstone[] = [];
    let bytes = 0;
    for (let looked = 0; looked < partitions.length && found.length < MOST_KEYS && bytes < MOST_BYTES; looked++) {
      const partition = partitions.find((each) => each >= this.#cursor.partition) ?? (partitions[0] as number);
      const after = partition === this.#cursor.partition ? this.#cursor.after : undefined;
      const keys = this.#index.list(partition, after, MOST_KEYS - found.length);
      for (const storageKey of keys) {
        const tombstone = this.#tombstoneAt(storageKey);
        if (tombstone === undefined) continue;
        found.push(tombstone);
        bytes += storageKey.length + tombstone.checked.length;
      }
      const last = keys.at(-1);
      this.#cursor = last === undefined ? { partition: partition + 1, after: undefined } : { partition, after: last };
    }
    return found;
  }

  #tombstoneAt(storageKey: Uint8Array): Tombstone | undefined {
    if (this.#collections.some(({ tombstones }) => tombstones.has(latin1(storageKey)))) return undefined;
    const { replica, seating, configuration, topology } = this.#parts;
    const { partition, bucket } = parseStorageKey(storageKey);
    const { n } = configuration.buckets.get(bucket) ?? configuration.defaults;
    if (seating.wanted.replicas(partition, n)[0] !== topology.nodeName) return undefined;
    const local = replica.read(storageKey);
    if (local.kind === 'record' && isTombstoneRecord(local.checked, CHECKSUM_BYTES))
      return { storageKey, checked: copyBytes(local.checked) };
    if (local.kind !== 'damaged') this.#index.forget(storageKey);
    return undefined;
  }

  #onAnswer(collection: Collection, asked: readonly Tombstone[], from: string, standings: readonly Standing[]): void {
    if (this.#isStopped || !this.#collections.includes(collection)) return;
    if (standings.length !== asked.length) {
      this.#giveUp(collection, `${from}, which sees another ring or era`);
      return;
    }
    asked.forEach(({ storageKey }, place) => {
      const standing = standings[place] as Standing;
      if (standing === 'clear: has the tombstone') collection.holders.add(from);
      if (standing.startsWith('clear')) return;
      const name = latin1(storageKey);
      if (collection.tombstones.delete(name)) this.reasons.note(name, `${from}, which ${standing}`);
    });
    const batch = onMemberAnswer(collection.batch, from, this.#parts.replica.eras.current);
    if (batch === undefined || collection.tombstones.size === 0) this.#giveUp(collection, 'the next era');
    else collection.batch = batch;
  }

  #giveUp(collection: Collection, reason: string): void {
    this.#collections = this.#collections.filter((other) => other !== collection);
    for (const name of collection.tombstones.keys()) this.reasons.note(name, reason);
  }

  #onEntered(entry: EraEntry): void {
    for (const collection of this.#collections) {
      const verdict = onNextEra(collection.batch, entry);
      if (verdict === 'give-up') this.#giveUp(collection, 'the next era');
      else if (verdict === 'drop') this.#drop(collection);
    }
    this.#beginSoon(entry);
  }

  /** At the beginning of an era, so that there is time for the answers. */
  #beginSoon(entry: EraEntry): void {
    if (!mayBeginBatch(entry) || this.#collections.length >= MOST_BATCHES || this.#ownPartitions().length === 0) return;
    this.#parts.background.run('tombstones', MOST_BYTES, () => {
      if (!this.#isStopped && this.#pace.last === entry && this.#parts.replica.failure === undefined) this.#begin(entry);
    });
  }

  #drop(collection: Collection): void {
    this.#collections = this.#collections.filter((other) => other !== collection);
    const dropped = [...collection.tombstones.values()].map(
      ({ storageKey, checked }): Dropped => ({ storageKey, section: clockSection(recordOf(checked)) }),
    );
    for (const name of collection.tombstones.keys()) this.reasons.forget(name);
    this.collected += dropped.length;
    for (const name of collection.holders) {
      if (name === this.#parts.topology.nodeName) this.#member.drop(dropped);
      else this.#parts.topology.reach(name)?.peer?.send(TOMBSTONE_KIND.drop, (writer) => encodeDropped(writer, dropped));
    }
  }

  /** What a tombstone of this node waits for, as far as this node knows. */
  waitsFor(storageKey: Uint8Array): string {
    const { seating, configuration, topology } = this.#parts;
    const { partition, bucket } = parseStorageKey(storageKey);
    const { n } = configuration.buckets.get(bucket) ?? configuration.defaults;
    const [first] = seating.wanted.replicas(partition, n);
    const { missing } = this.#pace;
    if (missing.length > 0) return `${missing.join(', ')}: every member has to say that it holds nothing older`;
    if (first !== topology.nodeName) return `${first ?? 'nobody'}, the first of its homes, which collects it: ask there`;
    const name = latin1(storageKey);
    if (this.#collections.some(({ tombstones }) => tombstones.has(name))) return 'all nodes to go through some eras';
    return this.reasons.of(name) ?? 'its turn';
  }
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
