import { expect, test } from 'vitest';
import { Simulation } from '../../../runtime/simulated/index.ts';
import type { Engine, NodeWorld, Urgency } from '../../../runtime/world/index.ts';
import { type Durability, KvNode } from '../index.ts';
import { answerOf, configurationOf, startNodes } from '../nodes-for-tests.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';

const NAMES = ['n1', 'n2', 'n3'];
const DATA_SPACE = 0x01;

/** How urgent each node's engine is told that a put is, the coordinator's first. */
function urgencies(durability: Durability): Urgency[] {
  const simulation = new Simulation(3n);
  const heard: Urgency[] = [];
  const listening = (engine: Engine): Engine => ({
    failure: undefined,
    get: (key) => engine.get(key),
    range: (range) => engine.range(range),
    snapshot: () => engine.snapshot(),
    close: () => engine.close(),
    write: (batch, onDurable, urgency = 'now') => {
      if (batch[0]?.key[0] === DATA_SPACE) heard.push(urgency);
      engine.write(batch, onDurable, urgency);
    },
  });
  const settings = { clusterName: 'c', defaults: { ...DEFAULT_SETTINGS, durability }, maxInFlight: 10 };
  const node = startNodes(simulation, NAMES, (world, nodeName) => {
    const own: NodeWorld = { ...world, engine: listening(world.engine) };
    return new KvNode(own, configurationOf(nodeName, NAMES, settings));
  });
  simulation.runFor(500);
  const change = { kind: 'put', contentType: '', value: Uint8Array.of(1) } as const;
  const put = { kind: 'change', bucket: 'b', key: Uint8Array.of(1), context: undefined, change, w: 3, timeoutMs: 1000 } as const;
  answerOf(simulation, node('n1'), put);
  return heard;
}

test('of a bucket in memory one replica of the N, the coordinator, writes durably at once', () => {
  expect(urgencies('memory')).toEqual(['now', 'lazy', 'lazy']);
});

test('of a bucket on disk all do', () => {
  expect(urgencies('disk')).toEqual(['now', 'now', 'now']);
});
