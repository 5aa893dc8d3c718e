/** A cluster of nothing but the simulated world: what it does changes only when that world does. */
import { Simulation } from '../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../runtime/world/index.ts';
import { drawFaults, FaultInjector, USUAL_FAULTS } from './faults/index.ts';

const NAMES = ['n1', 'n2', 'n3', 'n4'];
const DURATION_MS = 3_000;

/** Sends random numbers to all others, stores what it gets, and answers when that is durable. */
function boot(name: string): (world: NodeWorld) => void {
  return (world) => {
    const hello = { protocolVersion: 1, clusterName: 'toy', role: 'node', nodeName: name } as const;
    void world.network.listen(`${name}:1`, hello, () => ({
      onFrame(link, _kind, correlation, body) {
        const key = body.u16();
        const bytes = Uint8Array.of(1 + (key >>> 8), key);
        world.engine.write([{ key: bytes, value: bytes }], (error) => {
          if (error !== undefined) return;
          link.begin(0x81, correlation);
          link.commit();
        });
      },
      onClose: () => undefined,
    }));
    for (const other of NAMES) {
      const dial = (): void => {
        const link = world.network.dial(`${other}:1`, hello, {
          onFrame: () => undefined,
          onClose: () => void world.timers.after(10 + world.random.below(50), dial),
        });
        world.timers.every(7, () => {
          link.begin(1, world.random.uint32()).u16(world.random.below(0xff00));
          link.commit();
        });
      };
      if (other !== name) dial();
    }
  };
}

export function runToyCluster(seed: bigint): Simulation {
  const simulation = new Simulation(seed);
  for (const name of NAMES) simulation.start(name, boot(name));
  const kinds = [...USUAL_FAULTS, 'bit-flips' as const];
  const mix = { nodes: NAMES, clients: [], durationMs: DURATION_MS, kinds, decayingDisks: 2 };
  new FaultInjector(simulation).begin(drawFaults(simulation.random.fork('faults'), mix));
  simulation.run(DURATION_MS);
  return simulation;
}
