import { describe, expect, it } from 'vitest';
import { ADDRESS, connect, helloOf, listen, Recorder } from '../../../tests/runtime/link-recorder.ts';
import type { Hello } from '../world/index.ts';
import { Simulation } from './simulation.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('a link of the simulated network', () => {
  it('carries frames both ways, in order, after the hellos', () => {
    const { simulation, here, there } = connect();
    expect(here.link?.remote.nodeName).toBe('n2');
    expect(there.link?.remote.nodeName).toBe('n1');
    here.send(...numbers(100));
    there.send(7, 8);
    expect(there.received).toEqual([]);
    simulation.runFor(10);
    expect(there.received).toEqual(numbers(100));
    expect(here.received).toEqual([7, 8]);
    expect(here.link?.bufferedBytes).toBe(0);
  });

  it('takes what is committed before it is open, and delivers nothing before the hello', () => {
    for (let seed = 0n; seed < 30n; seed++) {
      const simulation = new Simulation(seed);
      simulation.network.setFaults({ reorderingPerMillion: 500_000 });
      const here = new Recorder();
      const there = new Recorder();
      simulation.start('n2', (world) => {
        void world.network.listen(ADDRESS, helloOf('n2'), (link) => {
          there.onOpen(link);
          there.send(1, 2);
          return there;
        });
      });
      simulation.start('n1', (world) => {
        here.link = world.network.dial(ADDRESS, helloOf('n1'), here);
        here.send(3, 4);
      });
      simulation.run(100);
      expect([...here.received].sort()).toEqual([1, 2]);
      expect([...there.received].sort()).toEqual([3, 4]);
    }
  });

  it('holds frames back between pause and resume', () => {
    const { simulation, here, there } = connect();
    there.link?.pause();
    here.send(1, 2, 3);
    simulation.runFor(10);
    expect(there.received).toEqual([]);
    there.link?.resume();
    expect(there.received).toEqual([]);
    simulation.runFor(0);
    expect(there.received).toEqual([1, 2, 3]);
  });

  it('overwrites a frame once its handler has returned', () => {
    const { simulation, here, there } = connect();
    let kept: Uint8Array = new Uint8Array(0);
    there.read = (body) => {
      kept = body.rest();
      expect([...kept]).toEqual([0, 0, 0, 9]);
      return 0;
    };
    here.send(9);
    simulation.runFor(10);
    expect([...kept]).toEqual([0xdb, 0xdb, 0xdb, 0xdb]);
  });

  it('drops an abandoned frame and refuses one that is too large', () => {
    const { simulation, here, there } = connect({ limits: { maxFrameBytes: 16 } });
    here.link?.begin(1, 0).u32(1);
    here.link?.abandon();
    here.link?.begin(1, 0).u32(2).u8(0);
    expect(() => here.link?.commit()).toThrow(expect.objectContaining({ code: 'frame-too-large' }));
    here.send(3);
    simulation.runFor(10);
    expect(there.received).toEqual([3]);
  });

  it('tells both sides once, and last, when one closes it', () => {
    const { simulation, here, there } = connect();
    here.send(1);
    here.link?.close('enough');
    here.send(2);
    expect(here.closes).toEqual([]);
    simulation.runFor(50_000);
    expect(there.received).toEqual([1]);
    expect(here.closes).toEqual([{ kind: 'closed', detail: 'enough' }]);
    expect(there.closes).toEqual([{ kind: 'closed', detail: 'by the other side: enough' }]);
  });

  it('closes on a malformed frame, and harms no other link', () => {
    const { simulation, here, there } = connect();
    const bystander = new Recorder();
    simulation.start('n3', (world) => void world.network.dial(ADDRESS, helloOf('n3'), bystander));
    simulation.runFor(10);
    there.read = (body) => Number(body.f64());
    here.send(1);
    simulation.runFor(10);
    expect(there.closes).toEqual([{ kind: 'malformed', detail: '8 bytes expected, 4 left' }]);
    expect(here.closes.map(({ kind }) => kind)).toEqual(['lost']);
    expect(bystander.closes).toEqual([]);
  });
});

describe('the handshake', () => {
  const dial = (hello: Hello, expectNode?: string, address = ADDRESS) => {
    const simulation = new Simulation(1n);
    const here = new Recorder();
    const there = new Recorder();
    simulation.start('n2', (world) => listen(world, helloOf('n2'), there));
    simulation.start(
      'n1',
      (world) => void world.network.dial(address, hello, here, expectNode === undefined ? {} : { expectNode }),
    );
    simulation.run(30_000);
    return { here, there };
  };

  it('refuses another cluster, with the rule', () => {
    const { here, there } = dial(helloOf('n1', { clusterName: 'other' }));
    expect(here.isOpen).toBe(false);
    expect(here.closes).toEqual([
      { kind: 'refused', detail: expect.stringContaining("cluster name 'other' there, 'test' here") },
    ]);
    expect(there.isOpen).toBe(false);
  });

  it('refuses another node than the expected one, on both sides', () => {
    const { here, there } = dial(helloOf('n1'), 'n3');
    expect(here.closes.map(({ kind }) => kind)).toEqual(['refused']);
    expect(there.closes.map(({ kind }) => kind)).toEqual(['refused']);
  });

  it('finds nobody at an address where nobody listens', () => {
    const { here } = dial(helloOf('n1'), undefined, 'nobody:1');
    expect(here.closes).toEqual([{ kind: 'unreachable', detail: 'nobody listens at nobody:1' }]);
  });
});

it('a paused process receives what came meanwhile when it is resumed', () => {
  const { simulation, here, there } = connect();
  simulation.pause('n2');
  here.send(1, 2);
  simulation.runFor(1_000);
  expect(there.received).toEqual([]);
  simulation.resume('n2');
  simulation.runFor(0);
  expect(there.received).toEqual([1, 2]);
});
