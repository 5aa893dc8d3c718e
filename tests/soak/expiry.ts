/**
 * Values for a while, under faults that leave the clocks alone: what was acknowledged is there until it expires, unless something superseded
 * it; nothing expired comes back, whoever was away; and in the end the disks hold nothing of it.
 */
import { decodeRecord } from '../../src/protocols/versions/index.ts';
import { SeededRandom, Simulation } from '../../src/runtime/simulated/index.ts';
import { DirectClient, type DirectOutcome } from '../../src/stores/kv/client/index.ts';
import { bucketSettings, DEFAULT_SETTINGS, type KvRequest } from '../../src/stores/kv/index.ts';
import { CLUSTER_NAME, SimulatedCluster } from '../../src/verification/simulation/cluster.ts';
import { drawFaults, FaultInjector, USUAL_FAULTS } from '../../src/verification/simulation/faults/index.ts';

const BUCKET = 'sessions';
const SHORT_MS = 3_000;
const LONG_MS = 3_600_000;
const DURATION_MS = 12_000;
const WRITES = 80;
const HEALED_MS = 25_000;
/** An expired value stays on the disk for a minute, in which a clock that was wrong may be put right. */
const SWEPT_MS = 200_000;
const TIMEOUT_MS = 1_000;
const DATA = { from: Uint8Array.of(1), to: Uint8Array.of(2) };
/** Space, checksum. */
const CHECKSUM_BYTES = 4;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @returns what is wrong, if anything, and how long it was. */
export function runExpiry(seed: bigint): { readonly failure: string | undefined; readonly simulatedMs: number } {
  const story = new ExpiryStory(seed);
  const failure = story.tell();
  return { failure, simulatedMs: story.simulation.now };
}

class ExpiryStory {
  readonly simulation: Simulation;
  readonly #random: SeededRandom;
  readonly #cluster: SimulatedCluster;
  readonly #injector: FaultInjector;
  readonly #client: DirectClient;
  /** By key: each is written once. */
  readonly #long = new Map<string, 'acknowledged' | 'unknown'>();
  readonly #short = new Set<string>();
  #wrong: string | undefined;

  constructor(seed: bigint) {
    this.simulation = new Simulation(seed);
    this.#random = new SeededRandom(seed).fork('expiry');
    const buckets = new Map([[BUCKET, bucketSettings(BUCKET, { ttlMs: SHORT_MS })]]);
    const shape = { nodes: 3 + this.#random.below(4), partitions: 8, defaults: DEFAULT_SETTINGS, buckets };
    this.#cluster = new SimulatedCluster(this.simulation, shape);
    this.#injector = new FaultInjector(this.simulation, { mayDecay: () => false });
    this.#cluster.start();
    this.simulation.runFor(1_000);
    const { world } = this.simulation.process('client').start();
    this.#client = new DirectClient(world, CLUSTER_NAME, this.#cluster.addresses);
    this.simulation.runFor(1_000);
  }

  tell(): string | undefined {
    const { simulation } = this;
    const kinds = USUAL_FAULTS.filter((kind) => !kind.startsWith('clock'));
    const names = { nodes: this.#cluster.names, clients: ['client'] };
    this.#injector.begin(drawFaults(this.#random.fork('faults'), { ...names, durationMs: DURATION_MS, kinds, decayingDisks: 0 }));
    for (let count = 0; count < WRITES; count++) {
      simulation.after(this.#random.below(DURATION_MS), () => this.#write(count));
    }
    simulation.runFor(DURATION_MS);
    this.#injector.end();
    simulation.runFor(HEALED_MS);
    for (const key of this.#short) this.#expect(key, false, 'has expired');
    for (const [key, fate] of this.#long) if (fate === 'acknowledged') this.#expect(key, true, 'is still to live');
    simulation.runFor(SWEPT_MS);
    for (const key of this.#short) this.#expect(key, false, 'has been swept away');
    for (const name of this.#cluster.names) this.#wrong ??= this.#leftOn(name);
    return this.#wrong;
  }

  #write(count: number): void {
    const isShort = count % 2 === 0;
    const key = `${isShort ? 'short' : 'long'}${count}`;
    if (isShort) this.#short.add(key);
    const expiresIn = isShort ? {} : { ttlMs: LONG_MS };
    const change = { kind: 'put', contentType: '', value: encoder.encode(key), ...expiresIn } as const;
    const target = { bucket: BUCKET, key: encoder.encode(key), context: undefined };
    this.#ask({ kind: 'change', ...target, change, w: 0, timeoutMs: TIMEOUT_MS }, (outcome) => {
      if (!isShort) this.#long.set(key, 'error' in outcome ? 'unknown' : 'acknowledged');
    });
  }

  #ask(request: KvRequest, done: (outcome: DirectOutcome) => void): void {
    this.#client.request(this.#random.below(this.#cluster.names.length), request, done);
  }

  /** By all replicas. A link may still look open though its other end is gone: so several times. */
  #expect(key: string, isThere: boolean, why: string): void {
    for (let attempt = 0; attempt < 5; attempt++) {
      let outcome: DirectOutcome | undefined;
      this.#ask({ kind: 'get', bucket: BUCKET, key: encoder.encode(key), r: 3, timeoutMs: 5_000 }, (result) => {
        outcome = result;
      });
      this.simulation.run(() => outcome !== undefined, 10_000);
      if (outcome !== undefined && 'reply' in outcome && outcome.reply.kind === 'get') {
        const { record } = outcome.reply;
        const values = record === undefined ? [] : decodeRecord(record).versions.filter(({ deleted }) => !deleted);
        if (values.length > 0 !== isThere) this.#wrong ??= `${key} ${why}, and is ${isThere ? 'not ' : ''}there`;
        return;
      }
      this.simulation.runFor(HEALED_MS);
    }
    this.#wrong ??= `a healed cluster does not answer a read of ${key}`;
  }

  /** A live value that has expired is not to be there on any disk. */
  #leftOn(name: string): string | undefined {
    for (const { value } of this.simulation.process(name).world.engine.range(DATA)) {
      const { versions } = decodeRecord(value.slice(CHECKSUM_BYTES));
      const left = versions.find((version) => !version.deleted && decoder.decode(version.value).startsWith('short'));
      if (left !== undefined) return `${name} still has ${decoder.decode(left.value)} on its disk`;
    }
    return undefined;
  }
}
