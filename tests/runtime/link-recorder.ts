/** Two processes of the simulated world with a link between them, for the tests of that world. */
import { expect } from 'vitest';
import type { Reader } from '../../src/runtime/bytes/index.ts';
import type { PathFaults } from '../../src/runtime/simulated/index.ts';
import { Simulation, type SimulationOptions } from '../../src/runtime/simulated/index.ts';
import type { CloseReason, Hello, Link, LinkHandler, World } from '../../src/runtime/world/index.ts';

export const ADDRESS = 'n2.example:7401';

export function helloOf(nodeName: string, changes: Partial<Hello> = {}): Hello {
  return { protocolVersion: 1, clusterName: 'test', role: 'node', nodeName, ...changes };
}

/** One end of a link that notes all it sees. */
export class Recorder implements LinkHandler {
  readonly received: number[] = [];
  readonly closes: CloseReason[] = [];
  link: Link | undefined;
  isOpen = false;
  read: (body: Reader) => number = (body) => body.u32();

  onOpen(link: Link): void {
    this.link = link;
    this.isOpen = true;
  }

  onFrame(link: Link, _kind: number, _correlation: number, body: Reader): void {
    expect(link.remote.clusterName).toBe('test');
    this.received.push(this.read(body));
  }

  onClose(_link: Link, reason: CloseReason): void {
    this.closes.push(reason);
  }

  /** Send numbers, each in a frame of its own. */
  send(...numbers: number[]): void {
    for (const number of numbers) {
      this.link?.begin(1, 0).u32(number);
      this.link?.commit();
    }
  }
}

export function listen(world: World, hello: Hello, recorder: Recorder, address = ADDRESS): void {
  void world.network.listen(address, hello, (link) => {
    recorder.onOpen(link);
    return recorder;
  });
}

/** n1 has dialled n2; the link is open. */
export function connect(options: { seed?: bigint; faults?: Partial<PathFaults> } & SimulationOptions = {}) {
  const simulation = new Simulation(options.seed ?? 1n, options);
  const here = new Recorder();
  const there = new Recorder();
  simulation.start('n2', (world) => listen(world, helloOf('n2'), there));
  simulation.start('n1', (world) => void world.network.dial(ADDRESS, helloOf('n1'), here));
  simulation.run(10);
  expect(here.isOpen).toBe(true);
  simulation.network.setFaults(options.faults ?? {});
  return { simulation, here, there };
}
