/** Figures 4 and 5 on real processes: latency over days, and buffered against direct writes. */
import { connect } from '../../src/apps/client/index.ts';
import { type Latency, latencyOf } from './percentiles.ts';
import { startRealCluster } from './real-cluster.ts';
import { diurnalLoad } from './request-stream.ts';
import { median } from './spread.ts';
import type { Outcome, Plot, Study } from './study.ts';
import { failureNote, failuresOf, follow, latenciesOf, type Timed, timetable } from './timetable.ts';

type Bucket = ReturnType<Awaited<ReturnType<typeof connect>>['kv']['bucket']>;

const NODES = 3;
const KEYS = 20_000;
const VALUE = new Uint8Array(256).fill(7);
const PRELOADED_AT_A_TIME = 64;
const DAYS = 2;
/** A day lasts so long here. */
const DAY_MS = 24_000;
const HOURS = 24;
/** Of the day, each with percentiles of its own. */
const BINS = 12;
/** At the peak of the day, reads and as many writes. */
const PEAK_PER_SECOND = 2_000;
const ROUNDS = 7;
const ROUND_MS = 3_000;
const WARM_UP_MS = 2_000;
const WAYS = ['direct', 'buffered'] as const;
const PAPER_FACTOR = 5;
const PAPER_TAIL = 10;

interface Bin {
  readonly verb: 'read' | 'write';
  readonly hours: number;
  readonly latency: Latency;
}

interface Measured {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly bins: readonly Bin[];
  readonly failures: number;
  readonly requests: number;
  /** By way and round. */
  readonly rounds: Readonly<Record<(typeof WAYS)[number], readonly Latency[]>>;
}

export const FIGURE_4_5: Study = {
  name: 'figure-4-5',
  title: 'Figures 4 and 5: latency over days, buffered and direct writes',
  source: 'measured',
  run: async () => outcomeOf(await measure()),
};

async function measure(): Promise<Measured> {
  const cluster = await startRealCluster({ nodes: NODES, buckets: { buffered: { durability: 'memory' } } });
  try {
    await using quorate = await connect(cluster.addresses);
    const [direct, buffered] = WAYS.map((name) => quorate.kv.bucket(name)) as [Bucket, Bucket];
    await preload(direct);
    await load(
      direct,
      'write',
      timetable(WARM_UP_MS, () => PEAK_PER_SECOND),
    );
    await load(
      buffered,
      'write',
      timetable(WARM_UP_MS, () => PEAK_PER_SECOND),
    );
    const days = timetable(DAYS * DAY_MS, (ms) => PEAK_PER_SECOND * diurnalLoad((ms / DAY_MS) * HOURS));
    const [reads, writes] = await Promise.all([load(direct, 'read', days), load(direct, 'write', days)]);
    const all = [reads, writes];
    const rounds: Record<(typeof WAYS)[number], Latency[]> = { direct: [], buffered: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of WAYS) {
        const due = timetable(ROUND_MS, () => PEAK_PER_SECOND);
        const bucket = way === 'direct' ? direct : buffered;
        // With the reads of a peak beside them, as in a day.
        const [timed, beside] = await Promise.all([load(bucket, 'write', due), load(direct, 'read', due)]);
        rounds[way].push(latencyOf(latenciesOf(timed)));
        all.push(timed, beside);
      }
    }
    const bins = [...binsOf('read', reads), ...binsOf('write', writes)];
    const failures = all.reduce((sum, timed) => sum + failuresOf(timed), 0);
    const requests = all.reduce((sum, timed) => sum + timed.length, 0);
    return { reads: latenciesOf(reads), writes: latenciesOf(writes), bins, rounds, failures, requests };
  } finally {
    await cluster.close();
  }
}

function load(bucket: Bucket, verb: Bin['verb'], due: readonly number[]): Promise<Timed[]> {
  return follow(due, (_place, done) => {
    const key = keyOf(Math.floor(Math.random() * KEYS));
    // Without the context of a read, each write would leave a sibling: so writes go to keys of their own.
    const request = verb === 'read' ? bucket.get(key) : bucket.put(nextKey(), VALUE);
    request.then(
      () => done(false),
      () => done(true),
    );
  });
}

let written = 0;

function keyOf(index: number): string {
  return `${(Math.imul(index + 1, 2_654_435_761) >>> 0).toString(16)}/${index}`;
}

function nextKey(): string {
  return keyOf(KEYS + written++);
}

async function preload(bucket: Bucket): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < KEYS) await bucket.put(keyOf(next++), VALUE);
  };
  await Promise.all(Array.from({ length: PRELOADED_AT_A_TIME }, worker));
}

function binsOf(verb: Bin['verb'], timed: readonly Timed[]): Bin[] {
  const length = DAY_MS / BINS;
  const groups = Map.groupBy(timed, ({ dueMs }) => Math.floor(dueMs / length));
  return [...groups].map(([bin, inBin]) => {
    return { verb, hours: ((bin + 0.5) * HOURS) / BINS, latency: latencyOf(latenciesOf(inBin)) };
  });
}

function outcomeOf({ reads, writes, bins, rounds, failures, requests }: Measured): Outcome {
  const [read, write] = [latencyOf(reads), latencyOf(writes)];
  const tail = (latency: Latency): number => latency.p999 / latency.mean;
  const factors = rounds.direct.map((direct, round) => direct.p999 / rounds.buffered[round]!.p999);
  // One stall of the machine decides over a round; the median does not hear of it.
  const factor = median(factors);
  const ms = ({ mean: middle, p999 }: Latency): string[] => [middle.toFixed(2), p999.toFixed(1)];
  const writesSlower = write.mean > read.mean && write.p999 > read.p999;
  const tails = [tail(read), tail(write)];
  const tailsAgree = tails.every((each) => each > PAPER_TAIL / 3 && each < PAPER_TAIL * 3);
  return {
    comparisons: [
      {
        what: 'figure 4: writes are slower than reads, on the average and at the 99.9th percentile',
        paper: 'yes: they always go to the disk',
        ours: `reads ${ms(read).join(' / ')}, writes ${ms(write).join(' / ')} ms`,
        agrees: writesSlower,
        ...(writesSlower ? {} : { why: 'see the notes' }),
      },
      {
        what: 'figure 4: 99.9th percentile over average',
        paper: `about ${PAPER_TAIL}`,
        ours: `reads ${tails[0]!.toFixed(0)}, writes ${tails[1]!.toFixed(0)}`,
        agrees: tailsAgree,
        ...(tailsAgree ? {} : { why: 'the size of a tail is the machine; counted as agreeing from a third to three times' }),
      },
      {
        what: 'figure 5: direct over buffered writes, 99.9th percentile at peak',
        paper: `about ${PAPER_FACTOR}`,
        ours: `${factor.toFixed(1)}, the median of ${ROUNDS} rounds (${Math.min(...factors).toFixed(1)}-${Math.max(...factors).toFixed(1)})`,
        agrees: factor > PAPER_FACTOR / 2 && factor < PAPER_FACTOR * 2,
        ...(factor > PAPER_FACTOR / 2 && factor < PAPER_FACTOR * 2
          ? {}
          : {
              why: 'a sync takes a fraction of a millisecond here, and what else makes a tail, the collector and the processors, buffering does not take away',
            }),
      },
    ],
    plots: [daysPlot(bins), roundsPlot(rounds)],
    tables: [
      {
        caption: 'Milliseconds: figure 4 over both days, figure 5 as the median of the rounds',
        head: ['', 'mean', '99.9th percentile'],
        rows: [
          ['reads', ...ms(read)],
          ['writes', ...ms(write)],
          ...WAYS.map((way) => {
            const latency = {
              mean: median(rounds[way].map((each) => each.mean)),
              p999: median(rounds[way].map(({ p999 }) => p999)),
            };
            return [`writes at peak, ${way}`, ...ms(latency)];
          }),
        ],
      },
    ],
    notes: [
      `${NODES} server processes and the client on this machine, (3,2,2), values of 256 bytes; open loop. A day is compressed into ${DAY_MS / 1_000} s and its load goes from an eighth of the peak to ${PEAK_PER_SECOND.toLocaleString('en')} reads and as many writes a second; ${DAYS} days, each point of figure 4 is of two hours. At low load such a point has some hundred requests, so that its 99.9th percentile is the slowest one.`,
      'Buffered: acknowledged from the buffers of W replicas, one of the N (the coordinator) writing durably at once. The two ways by turns, in rounds, with the reads of the peak beside them. Writes go to new keys.',
      failureNote(failures, requests),
    ],
  };
}

function daysPlot(bins: readonly Bin[]): Plot {
  const values = bins.flatMap(({ verb, hours, latency }) => [
    { series: `${verb}s, average`, hours, ms: latency.mean },
    { series: `${verb}s, 99.9th percentile`, hours, ms: latency.p999 },
  ]);
  return {
    name: 'figure-4',
    caption: 'Average and 99.9th percentile of reads and writes over two compressed days',
    spec: {
      width: 560,
      height: 240,
      data: { values },
      mark: { type: 'line', point: { size: 16 } },
      encoding: {
        x: { field: 'hours', type: 'quantitative', title: 'hours (compressed)' },
        y: { field: 'ms', type: 'quantitative', title: 'milliseconds', scale: { type: 'log' } },
        color: { field: 'series', type: 'nominal', title: null, sort: null },
      },
    },
  };
}

function roundsPlot(rounds: Measured['rounds']): Plot {
  const values = WAYS.flatMap((way) => rounds[way].map(({ p999 }, round) => ({ way, round: round + 1, ms: p999 })));
  return {
    name: 'figure-5',
    caption: '99.9th percentile of direct and buffered writes at peak, by round',
    spec: {
      width: 560,
      height: 180,
      data: { values },
      mark: 'bar',
      encoding: {
        x: { field: 'round', type: 'ordinal', title: 'round', axis: { labelAngle: 0 } },
        xOffset: { field: 'way', sort: [...WAYS] },
        y: { field: 'ms', type: 'quantitative', title: '99.9th percentile, ms' },
        color: { field: 'way', type: 'nominal', title: null, sort: [...WAYS] },
      },
    },
  };
}
