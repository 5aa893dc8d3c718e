/** When the ring has stopped changing: all agree on the members and on who holds what, nothing is to be moved, and nobody keeps what is another's. */
import { timesMoved } from '../../../protocols/transfer/index.ts';
import type { Simulation } from '../../../runtime/simulated/index.ts';
import type { DirectClient } from '../../../stores/kv/client/index.ts';
import { Violation } from '../../histories/index.ts';
import type { Stage } from '../kv/index.ts';
import type { Administrator } from './administrator.ts';
import { dataPartitions, patientAnswer } from './replicas.ts';

const SETTLED_WITHIN_MS = 600_000;
const LOOK_EVERY_MS = 2_000;
const REPLICAS = 3;
const SEAT_VERSION_BYTES = 6;

interface Members {
  readonly members: readonly { readonly name: string }[];
}

interface ClusterStatus {
  readonly seatsLeft: number;
  readonly moves: readonly unknown[];
  readonly here: { readonly underWay: readonly unknown[] };
}

/** Sets who is in service. @throws Violation if it does not come to an end. */
export function settleRing(stage: Stage, client: DirectClient, administrator: Administrator): void {
  const { simulation } = stage;
  const healedMs = simulation.now;
  for (;;) {
    const left = whatIsLeft(stage, client, administrator);
    if (left === undefined) return;
    if (simulation.now - healedMs > SETTLED_WITHIN_MS) throw new Violation('a change of the ring does not come to an end', left);
    simulation.runFor(LOOK_EVERY_MS);
  }
}

/** @returns the first thing that is not settled yet. */
function whatIsLeft(stage: Stage, client: DirectClient, administrator: Administrator): string | undefined {
  const { cluster, destroyed, simulation } = stage;
  const running = [...cluster.names.entries()].filter(([, name]) => !destroyed.has(name));
  const ask = <Answer>(node: number, topic: string): Answer => JSON.parse(patientAnswer(stage, client, node, topic) ?? 'null');
  const first = running.find(([node, name]) => ask<Members>(node, 'members').members.some((member) => member.name === name));
  if (first === undefined) return 'nobody is a member';
  const { members } = ask<Members>(first[0], 'members');
  const names = members.map(({ name }) => name);
  administrator.resume(first[0]);
  if (names.some((name) => destroyed.has(name))) {
    administrator.removeDestroyed(first[0]);
    return 'a member is gone for good';
  }
  const serving = running.filter(([, name]) => names.includes(name));
  const rings = serving.map(([node]) => patientAnswer(stage, client, node, 'ring'));
  if (rings.some((ring) => ring !== rings[0])) return `the rings of ${names.join(' ')} differ: ${rings.join(' ')}`;
  const unsettled = running.flatMap(([node, name]) => {
    const { seatsLeft, moves, here } = ask<ClusterStatus>(node, 'cluster');
    return seatsLeft + here.underWay.length > 0 ? [`${name}: ${JSON.stringify({ seatsLeft, moves, here })}`] : [];
  });
  if (unsettled.length > 0) return unsettled.join('; ');
  stage.inService = serving.map(([node]) => node);
  return strayData(
    simulation,
    running.map(([, name]) => name),
    JSON.parse(rings[0] ?? 'null'),
  );
}

/** As the disks tell it: how often seats have changed hands. */
export function seatsMoved({ simulation, cluster, inService }: Stage): number {
  const name = cluster.names[inService[0] ?? 0] ?? '';
  const prefix = '\0kv/seat';
  const seats = simulation.process(name).disk.content.filter(({ key }) => Buffer.from(key).toString('latin1').startsWith(prefix));
  return seats.reduce((sum, { value }) => sum + timesMoved(Buffer.from(value).readUIntBE(0, SEAT_VERSION_BYTES)), 0);
}

interface RingAnswer {
  readonly nodes: readonly string[];
  readonly preferenceLists: readonly (readonly number[])[];
}

/** Who has handed a partition over keeps none of it. */
function strayData(simulation: Simulation, names: readonly string[], { nodes, preferenceLists }: RingAnswer): string | undefined {
  for (const name of names) {
    for (const partition of dataPartitions(simulation, name)) {
      const homes = preferenceLists[partition]?.slice(0, REPLICAS).map((node) => nodes[node]) ?? [];
      if (!homes.includes(name)) return `${name} keeps records of partition ${partition}, which is at ${homes.join(' ')}`;
    }
  }
  return undefined;
}
