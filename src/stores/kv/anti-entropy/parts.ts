/** What rounds, answers and the scrubber share. */
import type { TravellingRecord, TreeName } from '../../../protocols/anti-entropy/index.ts';
import { newSum, sumAt } from '../../../protocols/merkle/index.ts';
import type { Json } from '../interface.ts';
import type { ServiceParts } from '../service-parts.ts';
import { Claims } from './claims.ts';
import { type AntiEntropyCounts, noCounts } from './counts.ts';
import { Homes } from './homes.ts';
import { LeafReader, type Reading } from './leaf-reader.ts';
import { PartnerStandings } from './partner-standings.ts';
import { RecordIntake } from './record-intake.ts';
import { TreeLayout } from './tree-layout.ts';
import { Trees } from './trees.ts';

/** To read leaves costs something whatever comes of it. */
const LEAST_MESSAGE_BYTES = 8 * 1024;

/**
 * What is read, checked and counted costs about one part in so many of what travels, which is sent, stored and synced besides: 2 to
 * 10 microseconds a record, measured, against some 40, reckoned from how many a second two cores repair. After a crash a node counts all that it has before it can be compared.
 */
export const READS_FOR_ONE = 8;

/** What a leaf without records adds up to. */
const NOTHING = newSum();

export class AntiEntropyParts {
  readonly world: ServiceParts['world'];
  readonly topology: ServiceParts['topology'];
  readonly replica: ServiceParts['replica'];
  readonly background: ServiceParts['background'];
  readonly #hints: ServiceParts['hints'];
  readonly layout: TreeLayout;
  readonly trees: Trees;
  readonly homes: Homes;
  readonly intake: RecordIntake;
  readonly counts: AntiEntropyCounts = noCounts();
  readonly standings = new PartnerStandings();
  readonly claims: Claims;
  readonly #reader: LeafReader;
  #stopped = false;
  #isReading = false;

  constructor({ world, topology, replica, background, configuration, hints }: ServiceParts) {
    this.world = world;
    this.topology = topology;
    this.replica = replica;
    this.background = background;
    this.#hints = hints;
    this.layout = new TreeLayout(configuration);
    this.trees = new Trees(world.engine, this.layout, world.clock);
    this.homes = new Homes(topology, this.layout);
    this.claims = new Claims(world.clock);
    this.intake = new RecordIntake(replica, this.layout, configuration, background);
    this.#reader = new LeafReader(world.engine, replica, this.layout);
  }

  /** Hints bring this node up to date just now: until they have come, its trees are not worth a look. */
  get areHintsComing(): boolean {
    return this.#hints.traffic.isComing;
  }

  /** Hints bring this node, or that one, up to date just now: what is found to differ meanwhile is mostly what is on its way. */
  doHintsFlow(node: string): boolean {
    return this.areHintsComing || this.#hints.traffic.isGoingTo(node);
  }

  /** Of the records in one message now; a single larger one travels alone. */
  get mostBytes(): number {
    return Math.max(LEAST_MESSAGE_BYTES, this.background.sliceBytes);
  }

  isStopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** The records of leaves; a tree that had them wrong is corrected on the way. */
  readLeaves(name: TreeName, leaves: readonly number[]): Reading {
    this.#isReading = true;
    const reading = this.#reader.read(name, leaves);
    this.#isReading = false;
    this.counts.leavesChecked += leaves.length;
    for (const leaf of leaves) {
      if (!this.trees.correct(name, leaf, reading.sums.get(leaf) ?? NOTHING)) this.counts.leavesCorrected++;
    }
    return reading;
  }

  /** A record was found damaged: its leaf is wrong from now on, unless it was found in counting that leaf. */
  onDamaged(storageKey: Uint8Array): void {
    if (this.#isReading) return;
    // Once whoever met it is done: what is there then is counted.
    this.world.timers.soon(() => {
      if (!this.#stopped) this.#recount(storageKey);
    });
  }

  #recount(storageKey: Uint8Array): void {
    const id = this.layout.treeOf(storageKey);
    this.readLeaves({ n: id >>> 16, partition: id & 0xffff }, [this.layout.leafOf(storageKey)]);
  }

  /** Of every tree that this node is to have, by N and partition: equal replicas tell the same. */
  roots(): Json {
    const roots: Record<string, string> = {};
    for (const name of this.homes.trees) {
      const [high = 0, low = 0] = sumAt(this.trees.tree(name), 0);
      roots[`${name.n}/${name.partition}`] = [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
    }
    return roots;
  }

  onReceived(records: readonly TravellingRecord[]): void {
    this.counts.received += records.length;
    this.counts.receivedBytes += bytesOf(records);
  }

  onSent(records: readonly TravellingRecord[]): void {
    this.counts.sent += records.length;
    this.counts.sentBytes += bytesOf(records);
  }
}

export function bytesOf(records: readonly TravellingRecord[]): number {
  return records.reduce((sum, { storageKey, checked }) => sum + storageKey.length + checked.length, 0);
}
