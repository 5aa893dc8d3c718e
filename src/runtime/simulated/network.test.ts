import { describe, expect, it } from 'vitest';
import { ADDRESS, connect, helloOf, listen, Recorder } from '../../../tests/runtime/link-recorder.ts';
import type { QuorateError } from '../errors/index.ts';
import { Peer } from '../transport/index.ts';
import { Simulation } from './simulation.ts';

describe('listening', () => {
  /** The addresses given, or the codes of the errors. */
  const listenAt = (simulation: Simulation, ...addresses: string[]) => {
    const outcomes: string[] = [];
    const { network } = simulation.process('n1').world;
    for (const address of addresses) {
      network
        .listen(address, helloOf('n1'), () => new Recorder())
        .then(
          (listener) => {
            outcomes.push(listener.address);
            void listener.close();
          },
          (error: QuorateError) => outcomes.push(error.code),
        );
    }
    simulation.runFor(1);
    return outcomes;
  };
  const startOne = () => {
    const simulation = new Simulation(1n);
    simulation.start('n1');
    return simulation;
  };

  it('gives a free port for port 0', () => {
    const [first, second] = listenAt(startOne(), 'n1:0', 'n1:0');
    expect(first).toMatch(/^n1:[1-9]\d+$/);
    expect(second).toMatch(/^n1:[1-9]\d+$/);
    expect(second).not.toBe(first);
  });

  it('refuses an address in use, until it is free again', () => {
    const simulation = startOne();
    expect(listenAt(simulation, 'n1:1', 'n1:1')).toEqual(['n1:1', 'address-in-use']);
    expect(listenAt(simulation, 'n1:1')).toEqual(['n1:1']);
  });

  it('refuses an address that is none', () => {
    expect(listenAt(startOne(), 'nonsense')).toEqual(['address-invalid']);
  });
});

describe('a partition', () => {
  it('cuts one direction and not the other when blocked so', () => {
    const { simulation, here, there } = connect();
    simulation.block('n1', 'n2');
    here.send(1);
    there.send(2);
    simulation.runFor(10);
    expect(there.received).toEqual([]);
    expect(here.received).toEqual([2]);
  });

  it('cuts groups apart until healed, and leaves out who is in no group', () => {
    const simulation = new Simulation(1n);
    const recorders = new Map<string, Recorder>();
    simulation.start('n2', (world) => listen(world, helloOf('n2'), new Recorder()));
    simulation.partition([['n1'], ['n2', 'n3']]);
    const dial = (name: string) => {
      const recorder = new Recorder();
      recorders.set(name, recorder);
      simulation.process(name).world.network.dial(ADDRESS, helloOf(name), recorder);
    };
    for (const name of ['n1', 'n3', 'n4']) {
      simulation.start(name);
      dial(name);
    }
    simulation.run(10_000);
    expect([...recorders].map(([name, { isOpen }]) => [name, isOpen])).toEqual([
      ['n1', false],
      ['n3', true],
      ['n4', true],
    ]);
    expect(recorders.get('n1')?.closes.map(({ kind }) => kind)).toEqual(['unreachable']);
    simulation.heal();
    dial('n1');
    simulation.runFor(10);
    expect(recorders.get('n1')?.isOpen).toBe(true);
  });

  it('ends links by silence when it lasts, and leaves them alone when it does not', () => {
    const brief = connect();
    brief.simulation.block('n1', 'n2');
    brief.simulation.runFor(15_000);
    brief.simulation.heal();
    brief.simulation.runFor(60_000);
    expect(brief.there.closes).toEqual([]);

    const long = connect();
    long.simulation.block('n1', 'n2');
    long.simulation.runFor(60_000);
    expect(long.there.closes.map(({ kind }) => kind)).toEqual(['idle']);
    expect(long.here.closes.map(({ kind }) => kind)).toEqual(['idle']);
  });
});

describe('the death of a process', () => {
  it('is told to the other side of its links soon when it was killed', () => {
    const { simulation, here, there } = connect();
    simulation.crash('n2');
    simulation.runFor(10);
    expect(here.closes.map(({ kind }) => kind)).toEqual(['lost']);
    expect(there.closes).toEqual([]);
  });

  it('is found out by silence only when its machine lost power', () => {
    const { simulation, here } = connect();
    simulation.crash('n2', { powerLoss: true });
    here.send(1);
    simulation.runFor(15_000);
    expect(here.closes).toEqual([]);
    simulation.runFor(10_000);
    expect(here.closes.map(({ kind }) => kind)).toEqual(['idle']);
  });

  it('is found out at the next frame when the machine came back meanwhile', () => {
    const { simulation, here, there } = connect();
    simulation.crash('n2', { powerLoss: true });
    simulation.runFor(1_000);
    simulation.restart('n2');
    here.send(1);
    simulation.runFor(10);
    expect(here.closes.map(({ kind }) => kind)).toEqual(['lost']);
    expect(there.received).toEqual([]);
  });

  it('leaves its address to the next life', () => {
    const { simulation } = connect();
    const again = new Recorder();
    simulation.crash('n2');
    const { network } = simulation.process('n1').world;
    network.dial(ADDRESS, helloOf('n1'), again);
    simulation.runFor(10);
    expect(again.closes.map(({ kind }) => kind)).toEqual(['unreachable']);
    simulation.restart('n2');
    network.dial(ADDRESS, helloOf('n1'), again);
    simulation.runFor(10);
    expect(again.isOpen).toBe(true);
  });

  it('leaves nothing that a leftover of its code could do', () => {
    const { simulation, here, there } = connect();
    const { network } = simulation.process('n1').world;
    const accepted = there.link;
    simulation.crash('n1');
    here.send(1);
    network.dial(ADDRESS, helloOf('n1'), here);
    simulation.runFor(60_000);
    expect(there.link).toBe(accepted);
    expect(there.received).toEqual([]);
    expect(here.closes).toEqual([]);
  });
});

it('a lasting connection of the transport finds its other side again after each crash', () => {
  const { simulation } = connect();
  let ups = 0;
  const peer = new Peer({ world: simulation.process('n1').world, address: ADDRESS, hello: helloOf('n1'), onUp: () => ups++ });
  for (let count = 1; count <= 5; count++) {
    expect(simulation.run(() => peer.isUp, 60_000)).toBe(true);
    expect(ups).toBe(count);
    simulation.crash('n2', { powerLoss: count % 2 === 0 });
    expect(simulation.run(() => !peer.isUp, 60_000)).toBe(true);
    simulation.runFor(simulation.random.below(10_000));
    simulation.restart('n2');
  }
});
