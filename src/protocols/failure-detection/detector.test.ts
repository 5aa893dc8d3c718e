import { describe, expect, test } from 'vitest';
import { type NodeName, nodeName } from '../ring/index.ts';
import { onMessage, setMembers, startDetector } from './detector.ts';
import { Detectors } from './detectors-for-tests.ts';
import { hear } from './opinions.ts';
import type { DetectorEffects } from './state.ts';

const MINUTE = 60_000;

function deaths(detectors: Detectors): number {
  return detectors.judgements.filter(({ standing }) => standing === 'dead').length;
}

describe('a cluster of healthy nodes', () => {
  test('holds everybody alive when nothing is lost', () => {
    const detectors = new Detectors(20, 1);
    detectors.runFor(2 * MINUTE);
    expect(detectors.judgements).toEqual([]);
  });

  test.each([5, 10])('of fifty nodes condemns none in three minutes with %i per cent of the messages lost', (lossPercent) => {
    const detectors = new Detectors(50, lossPercent);
    detectors.lossPercent = lossPercent;
    detectors.runFor(3 * MINUTE);
    expect(deaths(detectors)).toBe(0);
    // Otherwise the test would say nothing about refuting.
    if (lossPercent === 10) expect(detectors.judgements.length).toBeGreaterThan(0);
  });

  test('would be condemned if nobody asked others and nobody had the time to refute', () => {
    const detectors = new Detectors(50, 10, { helpers: 0, suspicionPeriods: 0, lifeguard: false });
    detectors.lossPercent = 5;
    detectors.runFor(MINUTE);
    expect(deaths(detectors)).toBeGreaterThan(1_000);
  });

  test('sends as many bytes per node and second whatever its size', () => {
    const rates = [10, 100, 300].map((count) => {
      const detectors = new Detectors(count, 3);
      detectors.runFor(20_000);
      return [...detectors.nodes.values()].reduce((sum, { bytesSent }) => sum + bytesSent, 0) / count / 20;
    });
    expect(Math.max(...rates)).toBeLessThan(Math.min(...rates) * 1.1);
    expect(Math.max(...rates)).toBeLessThan(20);
  });
});

describe('a node that crashes', () => {
  test('is suspected by somebody within the bound of SWIM, and on average within two periods', () => {
    const times: number[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const detectors = new Detectors(16, seed);
      detectors.runFor(10_000 + detectors.below(1_000));
      const crashed = detectors.now;
      detectors.node('n3').isUp = false;
      detectors.runFor(40_000, () => detectors.judgements.length > 0);
      const [first] = detectors.judgements;
      expect(first).toMatchObject({ node: 'n3', standing: 'suspect' });
      times.push((first?.at ?? Number.POSITIVE_INFINITY) - crashed);
    }
    // Section 4.3: 2n - 1 periods for one node to come to it; all together e / (e - 1) on average, and the period of the probe itself.
    expect(Math.max(...times)).toBeLessThan(31_000);
    expect(times.reduce((sum, time) => sum + time, 0) / times.length).toBeLessThan(1_000 + 1_582 * 1.5);
  });

  test('is held dead by all soon after, and by none before it had its time to refute', () => {
    for (const count of [3, 10, 60]) {
      const detectors = new Detectors(count, count);
      detectors.runFor(5_000);
      detectors.node('n1').isUp = false;
      const crashed = detectors.now;
      detectors.runFor(2 * MINUTE, () => detectors.allHold('n1', 'dead'));
      expect(detectors.allHold('n1', 'dead')).toBe(true);
      expect(detectors.now - crashed).toBeLessThan(35_000);
      expect(detectors.judgements.find(({ standing }) => standing === 'dead')?.at).toBeGreaterThan(crashed + 4_000);
      expect(detectors.judgements.every(({ node }) => node === 'n1')).toBe(true);
    }
  });

  test('and comes back without a memory is soon held alive by all', () => {
    const detectors = new Detectors(10, 4);
    detectors.node('n1').isUp = false;
    detectors.runFor(MINUTE);
    expect(detectors.allHold('n1', 'dead')).toBe(true);
    const node = detectors.node('n1');
    const state = startDetector(node.name, 99, detectors.now);
    setMembers(state, detectors.nodes.keys(), detectors.now);
    Object.assign(node, { state, isUp: true, wakes: Number.POSITIVE_INFINITY });
    detectors.runFor(30_000, () => detectors.allHold('n1', 'alive'));
    expect(detectors.allHold('n1', 'alive')).toBe(true);
  });
});

describe('a cluster cut in two', () => {
  test('holds the other half dead, and after healing all alive again', () => {
    const detectors = new Detectors(12, 5);
    const half = (name: NodeName): boolean => Number(name.slice(1)) < 6;
    detectors.canTalk = (a, b) => half(a) === half(b);
    detectors.runFor(2 * MINUTE);
    expect(detectors.standing('n0', 'n11')).toBe('dead');
    expect(detectors.standing('n11', 'n0')).toBe('dead');
    expect(detectors.standing('n1', 'n0')).toBe('alive');
    detectors.canTalk = () => true;
    const isWhole = (): boolean => [...detectors.nodes.keys()].every((name) => detectors.allHold(name, 'alive'));
    detectors.runFor(MINUTE, isWhole);
    expect(isWhole()).toBe(true);
  });

  test('between two nodes alone condemns neither: others ask for them', () => {
    const detectors = new Detectors(8, 6);
    detectors.canTalk = (a, b) => !([a, b].includes(nodeName('n0')) && [a, b].includes(nodeName('n1')));
    detectors.runFor(2 * MINUTE);
    expect(detectors.judgements).toEqual([]);
  });
});

/** Starved of its processor: it runs for moments between stalls of one to two seconds. */
function starve(detectors: Detectors, name: string): void {
  const node = detectors.node(name);
  const stall = (): void => {
    node.stalledUntil = detectors.now + 1_000 + detectors.below(1_000);
    detectors.after(node.stalledUntil - detectors.now + 1 + detectors.below(10), stall);
  };
  detectors.after(1_000, stall);
}

describe('a node that stalls again and again', () => {
  /** Of others than itself: it was not they who were ill. */
  function falseJudgements(lifeguard: boolean): number {
    let count = 0;
    for (let seed = 0; seed < 4; seed++) {
      const detectors = new Detectors(30, seed, { lifeguard });
      starve(detectors, 'n7');
      detectors.runFor(2 * MINUTE);
      count += detectors.judgements.filter(({ node, standing }) => node !== 'n7' && standing !== 'alive').length;
    }
    return count;
  }

  test('accuses others a thousand times without self-doubt, and hardly ever with it', () => {
    expect(falseJudgements(false)).toBeGreaterThan(1_000);
    expect(falseJudgements(true)).toBeLessThan(10);
  });

  test('goes on probing, slowly, and learns who died', () => {
    const detectors = new Detectors(10, 8);
    starve(detectors, 'n7');
    detectors.runFor(10_000);
    detectors.node('n1').isUp = false;
    const sequence = detectors.node('n7').state.sequence;
    detectors.runFor(MINUTE);
    expect(detectors.standing('n1', 'n7')).toBe('dead');
    expect(detectors.node('n7').state.sequence).toBeGreaterThan(sequence + 5);
  });
});

describe('what is held of a node', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(nodeName) as [NodeName, NodeName, NodeName];

  function detector() {
    const state = startDetector(a, 7, 0);
    setMembers(state, [a, b, c], 0);
    return state;
  }

  test('a suspected node refutes at a greater incarnation, in the very answer', () => {
    const state = detector();
    const effects: DetectorEffects = [];
    const updates = [{ node: a, standing: 'suspect', incarnation: 4, by: b }] as const;
    onMessage(state, b, { kind: 'ping', sequence: 1, updates }, 10, effects);
    expect(effects).toEqual([
      {
        kind: 'send',
        to: b,
        message: { kind: 'ack', sequence: 1, updates: [{ node: a, standing: 'alive', incarnation: 5 }] },
      },
    ]);
    expect(state.health).toBe(1);
  });

  test('whoever is suspected hears so first', () => {
    const state = detector();
    hear(state, { node: b, standing: 'suspect', incarnation: 0, by: c }, 0, []);
    // As often as it takes, long after the rumour has died down.
    for (let round = 0; round < 20; round++) {
      const effects: DetectorEffects = [];
      onMessage(state, b, { kind: 'ping', sequence: round, updates: [] }, round, effects);
      const [effect] = effects;
      expect(effect?.kind === 'send' && effect.message.updates[0]).toMatchObject({ node: b, standing: 'suspect' });
    }
  });

  test('strangers and those who left are not spoken of', () => {
    const state = detector();
    hear(state, { node: nodeName('x'), standing: 'dead', incarnation: 0 }, 0, []);
    hear(state, { node: c, standing: 'dead', incarnation: 0 }, 0, []);
    setMembers(state, [a, b], 1);
    const effects: DetectorEffects = [];
    onMessage(state, b, { kind: 'ping', sequence: 1, updates: [] }, 1, effects);
    expect(effects).toEqual([{ kind: 'send', to: b, message: { kind: 'ack', sequence: 1, updates: [] } }]);
    expect([...state.opinions.keys()]).toEqual([b]);
  });
});
