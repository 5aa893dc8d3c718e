/** Faults drawn from a seed. */
import { CALM_NETWORK, type DiskFaults, type PathFaults, type SeededRandom } from '../../../runtime/simulated/index.ts';
import type { Fault, FaultKind } from './fault.ts';

export interface FaultMix {
  /** Processes that may crash, pause, be cut off and have bad disks and clocks. */
  readonly nodes: readonly string[];
  /** The same without a disk. */
  readonly services?: readonly string[];
  /** Processes that only suffer from what happens on the way to the nodes. */
  readonly clients: readonly string[];
  readonly durationMs: number;
  /** Kinds that may occur. */
  readonly kinds: readonly FaultKind[];
  /** At most so many nodes have disks whose bits flip, always the same ones. None by default. */
  readonly decayingDisks?: number;
}

/** Every kind but flipping bits, which not every configuration of a store can bear. */
export const USUAL_FAULTS: readonly FaultKind[] = [
  'bad-disk',
  'bad-link',
  'blackout',
  'break-links',
  'clock-drift',
  'clock-jump',
  'crash',
  'one-way',
  'partition',
  'pause',
  'weather',
];

/** How often each kind is drawn, relative to the others. Weather and slow disks are drawn apart, once per run. */
const WEIGHTS: Readonly<Partial<Record<FaultKind, number>>> = {
  crash: 6,
  pause: 3,
  partition: 3,
  'one-way': 2,
  'break-links': 1,
  'bad-link': 2,
  'bad-disk': 2,
  'bit-flips': 2,
  blackout: 1,
  'clock-jump': 2,
  'clock-drift': 1,
};

const CLOCK_JUMP_MS_MAX = 3_600_000;
/** Far beyond real quartz, so that code which trusts rates fails soon. */
const DRIFT_PER_MILLION_MAX = 200_000;
const CRASH_MS_MAX = 3_000;
const PAUSE_MS_MAX = 1_500;
const CUT_MS_MAX = 3_000;
const FLIPS_MAX = 4;
const LEAST_PAUSE_MS = 100;
const PAUSE_DOUBLINGS = 6;

/** Each fault has a random stream of its own, so that the mix may grow without changing the faults of old seeds in kind. */
export function drawFaults(random: SeededRandom, mix: FaultMix): Fault[] {
  const faults = background(random.fork('background'), mix);
  const kinds = mix.kinds.filter((kind) => WEIGHTS[kind] !== undefined && (kind !== 'bit-flips' || (mix.decayingDisks ?? 0) > 0));
  if (kinds.length === 0 || mix.nodes.length === 0) return faults;
  const deck = kinds.flatMap((kind) => Array.from({ length: WEIGHTS[kind] ?? 0 }, () => kind));
  // From a few faults in a run to several a second: some bugs need trouble upon trouble, others a moment of peace in between.
  const pause = LEAST_PAUSE_MS << random.below(PAUSE_DOUBLINGS);
  for (let atMs = random.below(pause); atMs < mix.durationMs; atMs += 1 + random.below(2 * pause)) {
    const own = random.fork(`at ${atMs}`);
    const fault = drawFault(own, random.pick(deck), atMs, mix);
    if (fault !== undefined) faults.push(fault);
  }
  return faults;
}

/** What lasts the whole time: the network's weather, and how slow each disk is. */
function background(random: SeededRandom, { kinds, nodes, durationMs }: FaultMix): Fault[] {
  const faults: Fault[] = [];
  if (kinds.includes('weather')) faults.push({ kind: 'weather', atMs: 0, forMs: durationMs, faults: badWeather(random) });
  if (!kinds.includes('bad-disk')) return faults;
  // Slow syncs widen the moment between a write and its durability, in which crashes are interesting.
  for (const process of nodes) {
    faults.push({ kind: 'bad-disk', atMs: 0, forMs: durationMs, process, faults: { syncMsMax: 1 + random.below(150) } });
  }
  return faults;
}

function badWeather(random: SeededRandom): PathFaults {
  const sometimes = (bound: number): number => random.below(2) * random.below(bound);
  return {
    ...CALM_NETWORK,
    delayMsMax: 1 + random.below(20),
    longDelayPerMillion: random.below(20_000),
    lossPerMillion: sometimes(80_000),
    duplicationPerMillion: sometimes(100_000),
    reorderingPerMillion: sometimes(200_000),
    reorderingMsMax: 30,
    breakPerMillion: sometimes(3_000),
    tailPerMillion: sometimes(400_000),
  };
}

function badLink(random: SeededRandom): Partial<PathFaults> {
  switch (random.below(3)) {
    case 0:
      return { delayMsMin: 20, delayMsMax: 20 + random.below(400) };
    case 1:
      return { bytesPerMs: 1 + random.below(50) };
    default:
      return { lossPerMillion: 100_000 + random.below(800_000) };
  }
}

function badDisk(random: SeededRandom): Partial<DiskFaults> {
  switch (random.below(4)) {
    case 0:
      return { isFull: true };
    case 1:
      return { errorPerMillion: 20_000 + random.below(200_000) };
    case 2:
      return { longSyncPerMillion: 100_000, longSyncMsMax: 500 + random.below(2_000) };
    default:
      return { syncMsMin: 50, syncMsMax: 100 + random.below(900) };
  }
}

function drawFault(random: SeededRandom, kind: FaultKind, atMs: number, mix: FaultMix): Fault | undefined {
  const { nodes, services = [], clients, decayingDisks = 0 } = mix;
  const victims = [...nodes, ...services];
  const process = random.pick(kind === 'bad-disk' ? nodes : victims);
  const others = victims.filter((name) => name !== process);
  const cutMs = 1 + random.below(CUT_MS_MAX);
  const [from, to] = random.shuffle([
    process,
    random.pick(others.length + clients.length > 0 ? [...others, ...clients] : victims),
  ]);
  switch (kind) {
    case 'crash':
      return { kind, atMs, forMs: 1 + random.below(CRASH_MS_MAX), process, powerLoss: random.below(2) === 0 };
    case 'blackout':
      return { kind, atMs, forMs: 1 + random.below(CRASH_MS_MAX), processes: nodes };
    case 'pause':
      return { kind, atMs, forMs: 1 + random.below(PAUSE_MS_MAX), process };
    case 'partition':
      return others.length === 0 ? undefined : { kind, atMs, forMs: cutMs, groups: drawGroups(random, victims) };
    case 'one-way':
    case 'bad-link':
    case 'break-links': {
      if (from === undefined || to === undefined || from === to) return undefined;
      if (kind === 'break-links') return { kind, atMs, from, to };
      return kind === 'one-way'
        ? { kind, atMs, forMs: cutMs, from, to }
        : { kind, atMs, forMs: cutMs, from, to, faults: badLink(random) };
    }
    case 'bad-disk':
      return { kind, atMs, forMs: cutMs, process, faults: badDisk(random) };
    case 'bit-flips':
      return { kind, atMs, process: random.pick(nodes.slice(0, decayingDisks)), count: 1 + random.below(FLIPS_MAX) };
    case 'clock-jump':
      return { kind, atMs, process, byMs: random.between(-CLOCK_JUMP_MS_MAX, CLOCK_JUMP_MS_MAX) };
    case 'clock-drift':
      return { kind, atMs, forMs: cutMs, process, perMillion: random.between(-DRIFT_PER_MILLION_MAX, DRIFT_PER_MILLION_MAX) };
    case 'weather':
      return { kind, atMs, forMs: cutMs, faults: badWeather(random) };
  }
}

/** One node alone, most often; else any two groups. */
function drawGroups(random: SeededRandom, nodes: readonly string[]): string[][] {
  const shuffled = random.shuffle(nodes);
  const size = random.below(3) > 0 ? 1 : 1 + random.below(nodes.length - 1);
  return [shuffled.slice(0, size), shuffled.slice(size)];
}
