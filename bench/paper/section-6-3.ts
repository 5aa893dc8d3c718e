/** Section 6.3: how many versions a read sees. */
import { USUAL_FAULTS } from '../../src/verification/simulation/faults/index.ts';
import { type Carts, runCarts } from './carts.ts';
import type { Outcome, Study } from './study.ts';

const SEEDS = 4;
const QUIET: Omit<Carts, 'seed'> = { durationMs: 600_000, customers: 300, gangs: 0, mostRobots: 0, faults: [] };
const ROBOTS = { gangs: 1, mostRobots: 4 };
/** What the paper's machines had now and then; no weather that lasts the whole day. */
const FAULTS = USUAL_FAULTS.filter((kind) => kind !== 'weather' && kind !== 'bad-disk');
const MOST = 4;
const PAPER = [0.9994, 0.0000057, 0.0000047, 0.0000009];

const DAYS = {
  'customers only': QUIET,
  'and faults': { ...QUIET, faults: FAULTS },
  'and robots': { ...QUIET, ...ROBOTS },
  'and robots and faults': { ...QUIET, ...ROBOTS, faults: FAULTS },
} as const;

type Day = keyof typeof DAYS;

interface Result {
  readonly day: Day;
  readonly reads: number;
  readonly failed: number;
  /** Of 1, 2, 3, and 4 or more versions. */
  readonly shares: readonly number[];
}

export const SECTION_6_3: Study = {
  name: 'section-6-3',
  title: 'Section 6.3: versions seen by a read',
  source: 'simulated',
  run: () => outcomeOf((Object.keys(DAYS) as Day[]).map(resultOf)),
};

function resultOf(day: Day): Result {
  const counts = new Array<number>(MOST).fill(0);
  let [reads, failed] = [0, 0];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const seen = runCarts({ ...DAYS[day], seed: BigInt(seed) });
    reads += seen.reads;
    failed += seen.failed;
    for (const [versions, count] of seen.versions) {
      const place = Math.min(versions, MOST) - 1;
      counts[place] = (counts[place] ?? 0) + count;
    }
  }
  return { day, reads, failed, shares: counts.map((count) => count / reads) };
}

function outcomeOf(results: readonly Result[]): Outcome {
  const of = (day: Day): Result => results.find((result) => result.day === day)!;
  const several = (day: Day): number => 1 - (of(day).shares[0] ?? 0);
  const whole = of('and robots and faults');
  const percent = (share: number): string => `${(100 * share).toPrecision(3)}%`;
  const falls = whole.shares.every((share, place) => place === 0 || share <= (whole.shares[place - 1] ?? 0));
  return {
    comparisons: [
      {
        what: 'share of reads that see exactly one version',
        paper: percent(PAPER[0]!),
        ours: `${(100 * whole.shares[0]!).toFixed(3)}%`,
        agrees: whole.shares[0]! > 0.999,
        ...(whole.shares[0]! > 0.999
          ? {}
          : { why: 'faults and robots come more often here than in a day of a shop; see the notes' }),
      },
      {
        what: 'two versions are rarer than one, three rarer than two, four rarer than three',
        paper: 'yes',
        ours: whole.shares.map((share) => `${(100 * share).toFixed(4)}%`).join(', '),
        agrees: falls,
      },
      {
        what: 'concurrent writers, robots above all, make versions diverge, more than failures do',
        paper: 'yes',
        ours: `more than one version: ${percent(several('and robots'))} with robots, ${percent(several('and faults'))} with faults`,
        agrees: several('and robots') > several('and faults'),
      },
    ],
    plots: [],
    tables: [
      {
        caption: 'Share of successful reads by the number of versions they saw',
        head: ['', '1', '2', '3', '4 (here: or more)', 'reads', 'failed'],
        rows: [
          ['the paper, 24 hours of shopping carts', '99.94%', '0.00057%', '0.00047%', '0.00009%', '', ''],
          ...results.map(({ day, shares, reads, failed }) => [
            `here, ${day}`,
            ...shares.map((share) => `${(100 * share).toFixed(4)}%`),
            reads.toLocaleString('en'),
            failed.toLocaleString('en'),
          ]),
        ],
      },
    ],
    notes: [
      `Real: five nodes with the code of production, (3,2,2), read repair and dotted version vectors. Simulated: network, disks, and the shop: ${QUIET.customers} customers, each reading and then changing a cart of their own every four seconds; a gang of two to ${ROBOTS.mostRobots} robots that every other minute falls on one cart, each with three changes in a row; faults drawn from the seed (${FAULTS.join(', ')}), one a minute. ${SEEDS} seeds of ten minutes each.`,
      "The paper's shares add up to 99.94113%, so its figures cannot all be right as printed; they are quoted as they stand. How many robots there are per customer is our choice, so the first share shows only that it is in the paper's range; that robots weigh more than faults is a result.",
    ],
  };
}
