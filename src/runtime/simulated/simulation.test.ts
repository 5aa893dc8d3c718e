import { describe, expect, it } from 'vitest';
import type { NodeWorld } from '../world/index.ts';
import { Simulation } from './simulation.ts';

const NAMES = ['n1', 'n2', 'n3'];
const addressOf = (name: string) => `${name}:1`;

/** A node that sends random numbers to all others and stores what it gets; nothing in it knows that it is simulated. */
function boot(name: string) {
  return (world: NodeWorld) => {
    const hello = { protocolVersion: 1, clusterName: 'test', role: 'node', nodeName: name } as const;
    const store = (key: number) => {
      const bytes = Uint8Array.of(key >>> 8, key);
      world.engine.write([{ key: bytes, value: bytes }], (error) => world.log.info('stored', { key, error }));
    };
    void world.network.listen(addressOf(name), hello, () => ({
      onFrame: (link, _kind, correlation, body) => {
        store(body.u16());
        link.begin(0x81, correlation);
        link.commit();
      },
      onClose: (_link, reason) => world.log.info('closed', { ...reason }),
    }));
    for (const other of NAMES.filter((candidate) => candidate !== name)) {
      const dial = () => {
        const link = world.network.dial(addressOf(other), hello, {
          onFrame: () => undefined,
          onClose: () => void world.timers.after(10 + world.random.below(50), dial),
        });
        world.timers.every(5, () => {
          link.begin(1, world.random.uint32()).u16(world.random.below(0x1_0000));
          link.commit();
        });
      };
      dial();
    }
  };
}

/** Three nodes for two seconds under all faults there are. */
function runCluster(seed: bigint, options: { trace?: boolean } = {}) {
  const simulation = new Simulation(seed, options);
  simulation.network.setFaults({
    lossPerMillion: 50_000,
    duplicationPerMillion: 50_000,
    reorderingPerMillion: 50_000,
    longDelayPerMillion: 10_000,
    breakPerMillion: 1_000,
  });
  for (const name of NAMES) simulation.start(name, boot(name));
  simulation.every(100, () => {
    const name = simulation.random.pick(NAMES);
    const process = simulation.process(name);
    const fault = simulation.random.below(6);
    if (!process.isRunning) process.restart();
    else if (fault === 0) process.crash({ powerLoss: simulation.random.chance(500_000) });
    else if (process.isPaused) process.resume();
    else if (fault === 1) process.pause();
    else if (fault === 2) simulation.partition([[name], NAMES.filter((other) => other !== name)]);
    else if (fault === 3) simulation.clockJump(name, simulation.random.between(-1_000, 1_000));
    else simulation.heal();
    return true;
  });
  simulation.run(2_000);
  return simulation;
}

describe('a simulation', () => {
  it('goes the same way twice from one seed', () => {
    for (const seed of [1n, 2n, 0xffff_ffff_ffff_ffffn]) {
      const first = runCluster(seed, { trace: true });
      const second = runCluster(seed, { trace: true });
      expect(second.trace).toEqual(first.trace);
      expect(second.digest).toBe(first.digest);
      expect(first.trace.length).toBeGreaterThan(1_000);
    }
  });

  it('goes another way from another seed', () => {
    const digests = [1n, 2n, 3n, 4n].map((seed) => runCluster(seed).digest);
    expect(new Set(digests).size).toBe(4);
  });

  it('goes the same way with and without a trace', () => {
    const traced = runCluster(6n, { trace: true });
    const untraced = runCluster(6n);
    expect(untraced.digest).toBe(traced.digest);
    expect(untraced.trace).toEqual([]);
  });

  it('goes another way when the content of one frame differs', () => {
    const run = (content: number) => {
      const simulation = new Simulation(1n);
      const hello = { protocolVersion: 1, clusterName: 'test', role: 'node', nodeName: '' } as const;
      const silent = { onFrame: () => undefined, onClose: () => undefined };
      simulation.start('n2', (world) => void world.network.listen('n2:1', hello, () => silent));
      simulation.start('n1', (world) => {
        const link = world.network.dial('n2:1', hello, silent);
        link.begin(1, 0).u8(content);
        link.commit();
      });
      simulation.run(100);
      return simulation.digest;
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });

  it('writes a trace of time, process and event', () => {
    const lines: string[] = [];
    const simulation = new Simulation('0x2a', { trace: (line) => lines.push(line) });
    expect(simulation.seed).toBe(42n);
    const node = simulation.start('n1');
    simulation.run(12.5);
    node.world.log.warn('odd', { size: 3n, error: new Error('why') });
    simulation.crash('n1', { powerLoss: true });
    expect(lines).toEqual([
      '       0.000 n1       starts',
      '      12.500 n1       warn odd {"size":"3","error":"Error: why"}',
      '      12.500 n1       loses power',
    ]);
  });

  it('refuses a seed that is none', () => {
    for (const seed of ['', 'abc', '-1', '18446744073709551616', '1.5', -1n, 1n << 64n]) {
      expect(() => new Simulation(seed)).toThrow(expect.objectContaining({ code: 'seed-invalid' }));
    }
  });

  it('names seed, time and process when the code of a process throws', () => {
    const simulation = new Simulation(42n);
    simulation.start('n1', (world) => {
      world.timers.after(1.5, () => {
        throw new TypeError('no such thing');
      });
    });
    expect(() => simulation.run(10)).toThrow("process 'n1' failed at 1.5 ms of seed 42: TypeError: no such thing");
  });
});

describe('a process', () => {
  it('is booted anew at each restart, on the disk that survived', () => {
    const simulation = new Simulation(1n);
    const key = Uint8Array.of(1);
    const found: (number | undefined)[] = [];
    const node = simulation.start('n1', (world) => {
      const lives = world.engine.get(key)?.[0];
      found.push(lives);
      world.engine.write([{ key, value: Uint8Array.of((lives ?? 0) + 1) }], () => undefined);
    });
    for (let count = 0; count < 3; count++) {
      simulation.runFor(10);
      node.crash();
      node.restart();
    }
    expect(found).toEqual([undefined, 1, 2, 3]);
  });

  it('has a stream of randomness of its own in each life', () => {
    const simulation = new Simulation(1n);
    const node = simulation.start('n1');
    const drawn = [node.world.random.uint32(), simulation.start('n2').world.random.uint32()];
    node.crash();
    drawn.push(node.restart().world.random.uint32());
    expect(new Set(drawn).size).toBe(3);
  });

  it('ends in good order when stopped, once its promise is kept', async () => {
    const simulation = new Simulation(1n);
    const node = simulation.start('n1', ({ engine }) => {
      engine.write([{ key: Uint8Array.of(1), value: Uint8Array.of(1) }], () => undefined);
      return { stop: () => engine.close() };
    });
    simulation.stop('n1');
    expect(node.isRunning).toBe(true);
    await simulation.runAsync(() => !node.isRunning, 100);
    expect(node.isRunning).toBe(false);
    expect(node.disk.content).toHaveLength(1);
  });

  it('cannot be started twice, nor used while it is down', () => {
    const simulation = new Simulation(1n);
    const node = simulation.start('n1');
    expect(() => node.start()).toThrow("process 'n1' was started while it was running");
    node.crash();
    expect(() => node.world).toThrow("process 'n1' is not running");
    expect(() => simulation.crash('n9')).toThrow("there is no process 'n9' in the simulation");
  });
});
