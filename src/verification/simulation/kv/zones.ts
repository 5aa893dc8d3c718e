/** Nodes and clients in several zones: who is where, how far apart the zones are, and what befalls whole zones. */
import { Distances, type SeededRandom, type Simulation, type ZoneOf } from '../../../runtime/simulated/index.ts';
import type { Fault } from '../faults/index.ts';

/** Zones of a plan, and how far each is from the others. */
export interface ZoneSetup {
  readonly zones: number;
  /** Milliseconds one way. */
  readonly zoneDelayMs: number;
}

const CUT_MS_MAX = 4_000;
const OUTAGE_MS_MAX = 2_000;
const FAULTS_MAX = 4;

/** Zones by turns: every zone has as many nodes as the next, or one more. */
export function zoneOfIndex(index: number, zones: number): string {
  return `z${(index % zones) + 1}`;
}

function zoneNames(zones: number): string[] {
  return Array.from({ length: zones }, (_unused, index) => zoneOfIndex(index, zones));
}

/** Set the distances of the simulation's network. */
export function placeInZones(simulation: Simulation, { zones, zoneDelayMs }: ZoneSetup, zoneOf: ZoneOf): void {
  simulation.network.setDistances(Distances.equal(zoneOf, zoneNames(zones), zoneDelayMs));
}

export interface Inhabitants {
  readonly nodes: readonly string[];
  readonly clients: readonly string[];
  readonly durationMs: number;
}

/** Whole zones are cut off, with the clients in them, or lose their power. */
export function drawZoneFaults(random: SeededRandom, zones: number, { nodes, clients, durationMs }: Inhabitants): Fault[] {
  const inZone = (names: readonly string[], zone: string): string[] =>
    names.filter((_name, index) => zoneOfIndex(index, zones) === zone);
  return Array.from({ length: 1 + random.below(FAULTS_MAX) }, (): Fault => {
    const zone = random.pick(zoneNames(zones));
    const atMs = random.below(durationMs);
    if (random.below(4) === 0) {
      return { kind: 'blackout', atMs, forMs: 1 + random.below(OUTAGE_MS_MAX), processes: inZone(nodes, zone) };
    }
    const inside = [...inZone(nodes, zone), ...inZone(clients, zone)];
    const outside = [...nodes, ...clients].filter((name) => !inside.includes(name));
    return { kind: 'partition', atMs, forMs: 1 + random.below(CUT_MS_MAX), groups: [inside, outside] };
  });
}
