/** A cluster of five that will be in trouble, its client, and what was measured of it in health. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Bucket, connect, type Quorate } from '../../src/apps/client/index.ts';
import type { Judgement } from '../judge.ts';
import { closedLoop, nextKey, type Point, PRELOADED_KEYS, preload, Recorder, VALUE, type Verb } from '../load.ts';
import { cleanUpAtEnd } from '../processes.ts';
import { tableRow } from '../report.ts';
import { type Nodes, requestsOf, startNodes } from '../systems/quorate.ts';
import type { System } from '../systems/system.ts';
import { foreground, type Rates, type Tails } from './foreground.ts';
import type { TroubleOptions } from './options.ts';
import { Questions } from './questions.ts';
import { syncsLine, syncsOf } from './slow-syncs.ts';

export const CLUSTER = 'bench';
export const NODES = 5;
/** The one that is killed: no client talks to it first, as to no other. */
export const VICTIM = NODES - 1;
export const IN_FLIGHT = 256;
export const VERBS: readonly Verb[] = ['put', 'get'];
/** Of the limits that the store was given. */
const MOST_TAIL = 2;
/** Of the peak of each verb, when both are under way at once. */
const SHARE_OF_PEAK = 8;
const WARM_SECONDS = 3;
/** A tail of one in a thousand is decided by one stall if it is of ten seconds only: health is measured for so long, and what lasts for ever, too. */
const HEALTH_SECONDS = 30;

export class Trouble {
  readonly nodes: Nodes;
  readonly questions: Questions;
  readonly points: Point[] = [];
  readonly peaks = new Map<Verb, Point>();
  readonly options: TroubleOptions;
  readonly #bucket: Bucket;
  readonly #close: () => Promise<void>;
  #rates: Rates | undefined;
  #health: Tails | undefined;

  private constructor(nodes: Nodes, quorate: Quorate, options: TroubleOptions) {
    this.nodes = nodes;
    this.options = options;
    this.questions = new Questions(CLUSTER, nodes.addresses);
    this.#bucket = quorate.kv.bucket('bench');
    this.#close = () => quorate.close();
  }

  static async start(options: TroubleOptions): Promise<Trouble> {
    const directory = mkdtempSync(join(options.directory, 'bench-data-'));
    cleanUpAtEnd(directory);
    const settings = options.targetMs === undefined ? {} : { target: { p999Ms: options.targetMs } };
    const nodes = await startNodes(directory, NODES, { settings, spares: 1 });
    return new Trouble(nodes, await connect(nodes.addresses), options);
  }

  /** @param options - of its puts. */
  system(name: string, options: { w?: number; strict?: boolean } = {}): System {
    return { name, ...requestsOf(this.#bucket, options), close: () => Promise.resolve() };
  }

  /** Store what is read. */
  store(): Promise<void> {
    return preload(this.system('healthy'), PRELOADED_KEYS, IN_FLIGHT);
  }

  /** Store what is read, warm up, and measure: the peaks if they are needed or asked for, and the tails at the rate of the comparison. */
  async beHealthy(withPeaks: boolean): Promise<void> {
    await this.store();
    const system = this.system('healthy');
    // The first seconds on cold code say nothing; nor does the first look at the syncs, which takes up to a tenth of a second.
    await syncsOf(this.nodes.httpAddresses);
    for (const verb of VERBS) await closedLoop(system, verb, IN_FLIGHT, WARM_SECONDS, new Recorder());
    const { puts, gets, seconds } = this.options;
    if (withPeaks || puts === undefined || gets === undefined)
      for (const verb of VERBS) this.peaks.set(verb, await this.closed(system, verb));
    this.#rates = { put: puts ?? this.#shareOf('put'), get: gets ?? this.#shareOf('get') };
    this.#health = await this.#measure('healthy', Math.max(seconds, HEALTH_SECONDS));
  }

  get rates(): Rates {
    if (this.#rates === undefined) throw new Error('health comes first');
    return this.#rates;
  }

  #shareOf(verb: Verb): number {
    return Math.max(100, Math.round((this.peaks.get(verb)?.operationsPerSecond ?? 0) / SHARE_OF_PEAK / 100) * 100);
  }

  async closed(system: System, verb: Verb): Promise<Point> {
    const recorder = new Recorder();
    await closedLoop(system, verb, IN_FLIGHT, this.options.seconds, recorder);
    return this.#shown(recorder.point(system.name, verb, `${IN_FLIGHT} in flight`));
  }

  /** The tails at the rate of the comparison, for as long as the trouble lasts; as long as in health if it does not end by itself. */
  async compare(name: string, until?: Promise<unknown>): Promise<Judgement[]> {
    if (this.#health === undefined) throw new Error('health comes first');
    const { seconds } = this.options;
    const now = await this.#measure(name, until === undefined ? Math.max(seconds, HEALTH_SECONDS) : seconds, until);
    await until;
    const judgements: Judgement[] = [];
    for (const verb of VERBS) {
      const value = now[verb].latencyMs['99.9'] / this.#health[verb].latencyMs['99.9'];
      judgements.push({ what: `${verb} p99.9 at the same rate, ${name}`, value, unit: 'x', limit: { atMost: MOST_TAIL } });
      const { errors } = now[verb];
      judgements.push({ what: `failed ${verb}s, ${name}`, value: errors, unit: '', limit: { atMost: 0 } });
    }
    return judgements;
  }

  async #measure(name: string, seconds: number, until?: Promise<unknown>): Promise<Tails> {
    const before = await syncsOf(this.nodes.httpAddresses);
    const tails = await foreground(this.system(name), {
      name,
      rates: this.rates,
      seconds,
      requests: this.options.requests,
      ...(until && { until }),
    });
    for (const verb of VERBS) {
      this.#shown(tails[verb]);
      if (!this.options.timeline) continue;
      console.log(`  p99.9 by second: ${tails[verb].roundTailsMs.map((ms) => ms.toFixed(0)).join(' ')}`);
    }
    console.log(syncsLine(before, await syncsOf(this.nodes.httpAddresses)));
    return tails;
  }

  #shown(point: Point): Point {
    this.points.push(point);
    console.log(tableRow(point));
    return point;
  }

  /** Kill a node, and write what it is to miss; `strict`: so that nobody keeps hints of it. @returns the writes that were for it. */
  async missWrites({ strict }: { strict: boolean }): Promise<number> {
    await this.nodes.kill(VICTIM);
    const share = await this.questions.shareOfReplicas(VICTIM);
    const total = Math.round(this.options.missed / share);
    const system = this.system('missed', strict ? { strict } : {});
    const began = performance.now();
    await storeMissed(system, total);
    const seconds = (performance.now() - began) / 1000;
    const name = `n${VICTIM + 1}`;
    console.log(`${total} puts in ${seconds.toFixed(1)} s without ${name}, ${this.options.missed} of them for it; it comes back`);
    return this.options.missed;
  }

  async close(): Promise<void> {
    await this.#close();
    await this.nodes.close();
  }
}

/** @throws the first failure. */
async function storeMissed(system: System, total: number): Promise<void> {
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun++ < total)
      await new Promise<void>((resolve, reject) => {
        system.put(nextKey(), VALUE, (error) => (error === undefined ? resolve() : reject(error)));
      });
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}
