import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from './simulation.ts';

const text = (value: string) => new TextEncoder().encode(value);
const put = (key: string, value: string) => ({ key: text(key), value: text(value) });
const plain = (value: Uint8Array | undefined) => (value === undefined ? undefined : new TextDecoder().decode(value));

function startNode(seed = 1n) {
  const simulation = new Simulation(seed);
  const node = simulation.start('n1');
  const content = () => Object.fromEntries(node.disk.content.map(({ key, value }) => [plain(key), plain(value)]));
  return { simulation, node, content, engine: node.world.engine };
}

describe('the engine of the simulated world', () => {
  it('shows a write at once and makes it durable after a sync', () => {
    const { simulation, content, engine } = startNode();
    engine.write([put('a', '1')], () => undefined);
    expect(plain(engine.get(text('a')))).toBe('1');
    expect(content()).toEqual({});
    simulation.runFor(1);
    expect(content()).toEqual({ a: '1' });
  });

  it('tells of durability in order, once each, and never before write returns', () => {
    const { simulation, engine } = startNode();
    const told: (number | string)[] = [];
    for (let index = 0; index < 3; index++) {
      engine.write([put('a', String(index))], (error) => told.push(error === undefined ? index : error.message));
      expect(told).toEqual([]);
    }
    simulation.runFor(100);
    expect(told).toEqual([0, 1, 2]);
  });

  it('lets the batches of one event share one sync, and those written during it the next', () => {
    const { simulation, node, engine } = startNode();
    const durable = () => undefined;
    for (let index = 0; index < 10; index++) engine.write([put('a', String(index))], durable);
    simulation.runFor(0.1);
    for (let index = 0; index < 10; index++) engine.write([put('a', String(index))], durable);
    simulation.runFor(10);
    expect(node.disk.syncs).toBe(2);
  });

  it('lends the bytes of get until the next call only', () => {
    const { engine } = startNode();
    engine.write([put('a', 'first'), put('b', '2')], () => undefined);
    const lent = engine.get(text('a'));
    expect(plain(lent)).toBe('first');
    engine.get(text('b'));
    expect(plain(lent)).not.toBe('first');
    expect(plain(engine.get(text('a')))).toBe('first');
  });

  it('makes everything durable before it is closed', async () => {
    const { simulation, content, engine } = startNode();
    engine.write([put('a', '1')], () => undefined);
    let isClosed = false;
    void engine.close().then(() => {
      isClosed = true;
    });
    await simulation.runAsync(0);
    expect(isClosed).toBe(false);
    await simulation.runAsync(() => isClosed, 10);
    expect(content()).toEqual({ a: '1' });
    expect(() => engine.get(text('a'))).toThrow(expect.objectContaining({ code: 'engine-closed' }));
    engine.write([put('b', '1')], (error) => {
      expect(error).toMatchObject({ code: 'engine-closed' });
      isClosed = false;
    });
    await Promise.all([engine.close(), simulation.runAsync(simulation.now + 1)]);
    expect(isClosed).toBe(false);
  });
});

describe('a crash', () => {
  it('loses a suffix of the batches, each whole, and no batch that was said to be durable', () => {
    const survivals = new Set<string>();
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1_000_000n }),
        fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 20 }),
        fc.nat({ max: 3_000 }),
        (seed, pauses, crashAt) => {
          const { simulation, node, content, engine } = startNode(seed);
          let acknowledged = 0;
          let time = 0;
          pauses.forEach((pause, index) => {
            time += pause;
            simulation.after(time / 1_000, () => {
              if (!node.isRunning) return;
              // Each batch writes its number under two keys, and leaves one of its own.
              const batch = [put('x', String(index)), put('y', String(index)), put(`own ${index}`, '')];
              engine.write(batch, (error) => {
                expect(error).toBeUndefined();
                expect(node.isRunning).toBe(true);
                expect(index).toBe(acknowledged);
                acknowledged++;
              });
            });
          });
          simulation.after(crashAt / 1_000, () => node.crash());
          simulation.runFor(100);

          const stored = content();
          const survived = Object.keys(stored).filter((key) => key.startsWith('own')).length;
          expect(survived).toBeGreaterThanOrEqual(acknowledged);
          for (let index = 0; index < survived; index++) expect(stored).toHaveProperty([`own ${index}`]);
          expect(stored['x']).toBe(survived === 0 ? undefined : String(survived - 1));
          expect(stored['y']).toBe(stored['x']);
          survivals.add(survived === pauses.length ? 'all' : survived === acknowledged ? 'only the acknowledged' : 'more');

          expect(plain(node.restart().world.engine.get(text('x')))).toBe(stored['x']);
        },
      ),
      { numRuns: 300 },
    );
    expect([...survivals].sort()).toEqual(['all', 'more', 'only the acknowledged']);
  });

  it('silences the callbacks of the engine', () => {
    const { simulation, node, engine } = startNode();
    engine.write([put('a', '1')], () => expect.unreachable());
    node.crash();
    engine.write([put('b', '1')], () => expect.unreachable());
    simulation.runFor(100);
    expect(node.disk.syncs).toBe(0);
  });
});

it('a paused process hears of durability when it is resumed; its disk works on', () => {
  const { simulation, node, content, engine } = startNode();
  let toldAt = -1;
  engine.write([put('a', '1')], () => {
    toldAt = simulation.now;
  });
  node.pause();
  simulation.run(50);
  expect(content()).toEqual({ a: '1' });
  expect(toldAt).toBe(-1);
  node.resume();
  simulation.run(60);
  expect(toldAt).toBe(50);
});

describe('faults of the disk', () => {
  it('fail a sync: its batches and all further ones are refused, and a prefix is stored', () => {
    const { simulation, node, content, engine } = startNode();
    const told: string[] = [];
    const tell = (error?: Error) => told.push(error === undefined ? 'durable' : (error as Error & { code: string }).code);
    engine.write([put('before', '')], tell);
    simulation.runFor(10);
    node.disk.failNextSync();
    engine.write([put('1', '')], tell);
    engine.write([put('2', '')], tell);
    simulation.runFor(10);
    engine.write([put('after', '')], tell);
    expect(told).toEqual(['durable', 'disk-failed', 'disk-failed']);
    simulation.runFor(10);
    expect(told[3]).toBe('engine-failed');
    expect(engine.get(text('after'))).toBeUndefined();
    const stored = Object.keys(content());
    expect(stored).toContain('before');
    expect(stored.includes('2')).toBe(stored.includes('1') && stored.includes('2'));
    node.crash();
    node.restart().world.engine.write([put('again', '')], tell);
    simulation.runFor(10);
    expect(told[4]).toBe('durable');
  });

  it('leave no room', () => {
    const { simulation, node, content, engine } = startNode();
    node.disk.setFaults({ isFull: true });
    let told: Error | undefined;
    engine.write([put('a', '1')], (error) => {
      told = error;
    });
    simulation.runFor(10);
    expect(told).toMatchObject({ code: 'disk-full', message: "no space is left on the disk of 'n1'" });
    expect(engine.failure).toBe(told);
    expect(content()).toEqual({});
  });

  it('make it slow', () => {
    const { simulation, node, engine } = startNode();
    node.disk.setFaults({ syncMsMin: 100, syncMsMax: 200 });
    let toldAt = -1;
    engine.write([put('a', '1')], () => {
      toldAt = simulation.now;
    });
    simulation.runFor(1_000);
    expect(toldAt).toBeGreaterThanOrEqual(100);
    expect(toldAt).toBeLessThanOrEqual(200);
  });

  it('flip one bit of a stored value, on disk and in sight', () => {
    const { simulation, node, engine } = startNode();
    expect(node.disk.flipBit()).toBe(false);
    const value = new Uint8Array(16);
    engine.write([{ key: text('a'), value }, put('empty', '')], () => undefined);
    simulation.runFor(10);
    expect(node.disk.flipBit(text('none'))).toBe(false);
    expect(node.disk.flipBit()).toBe(true);
    const bits = (bytes: Uint8Array | undefined) =>
      [...(bytes ?? [])].reduce((count, byte) => count + byte.toString(2).split('1').length - 1, 0);
    expect(bits(engine.get(text('a')))).toBe(1);
    expect(bits(node.disk.content[0]?.value)).toBe(1);
    expect(bits(value)).toBe(0);
  });
});
