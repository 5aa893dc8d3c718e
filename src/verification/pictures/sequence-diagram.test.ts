import { describe, expect, test } from 'vitest';
import { check, type Model } from '../model-checker/index.ts';
import { modelConfigurations, modelNamed } from '../models/index.ts';
import { lampModel, lampRun } from './lamp-model-for-tests.ts';
import { sequenceOf } from './sequence.ts';
import { drawSequence } from './sequence-diagram.ts';

const run = lampRun('press', 'press', 'receive 2', 'write', 'lose 0', 'crash');

function count(page: string, part: string): number {
  return page.split(part).length - 1;
}

describe('a run as rows', () => {
  const { rows, states, sendsAtStart, underWay } = sequenceOf(lampModel, run);

  test('knows when each message was sent', () => {
    expect(sendsAtStart).toEqual([{ from: 0, to: 1, text: 'press <0>', sentAt: 0 }]);
    expect(rows.map(({ sentAt }) => sentAt)).toEqual([undefined, undefined, 2, undefined, 0, undefined]);
    expect(rows.map(({ sends }) => sends.map(({ text }) => text))).toEqual([['press <1>'], ['press <2>'], [], [], [], []]);
    expect(underWay).toEqual([{ from: 0, to: 1, text: 'press <1>', sentAt: 1 }]);
  });
  test('knows what each step changed', () => {
    expect(states).toHaveLength(7);
    expect(rows[0]?.changes).toEqual([{ process: 0, field: 'pressed', before: '0', after: '1' }]);
    expect(rows[3]?.changes).toEqual([
      { process: 1, field: 'lit', before: '0', after: '1' },
      { process: 1, field: 'writing', before: '2', after: 'none' },
    ]);
    expect(rows[5]?.changes).toEqual([]);
  });
  test('a message sent again after it was received has its own time', () => {
    const again: Model<number, 'send' | 'receive'> = {
      name: 'again',
      initialStates: () => [0],
      actions: (state) => [state % 2 === 0 ? 'send' : 'receive'],
      next: (state) => state + 1,
      properties: [],
      describeAction: (action) => action,
      describeState: String,
      group: {
        processes: ['a', 'b'],
        stepOf: (action) =>
          action === 'send' ? { kind: 'internal', process: 0, text: 'send' } : { kind: 'delivered', from: 0, to: 1, text: 'it' },
        statesOf: () => [new Map(), new Map()],
      },
    };
    const steps = [1, 2, 3, 4].map((state) => ({ action: state % 2 === 1 ? ('send' as const) : ('receive' as const), state }));
    expect(sequenceOf(again, { initial: 0, steps }).rows.map(({ sentAt }) => sentAt)).toEqual([undefined, 1, undefined, 3]);
  });
});

describe('the sequence diagram', () => {
  const page = drawSequence(lampModel, run, { title: 'a & b', verdict: { verdict: 'violated', property: 'never < twice' } });

  test('has an arrow from where a message was sent to where it was received, and marks for the rest', () => {
    const slopes = [...page.matchAll(/<path class="message( lost)?" d="M\S+ (\S+)L\S+ ([^"]+)"/g)].map(
      ([, lost, from, to]) => `${lost ?? ''}${Math.sign(Number(to) - Number(from))}`,
    );
    expect(slopes).toEqual(['1', ' lost1']);
    expect(count(page, 'class="clock"')).toBe(2);
    expect(count(page, 'class="disk"')).toBe(1);
    expect(count(page, 'class="crash"')).toBe(1);
    expect(count(page, 'class="waiting"')).toBe(1);
    expect(count(page, '<line class="life"')).toBe(2);
    expect(page).toContain('violated after step 6: never &lt; twice');
  });
  test('has a row per step: state, message, new state, messages', () => {
    expect(count(page, '<tr id="step-')).toBe(7);
    expect(page).toContain('<i>pressed</i> <b>1</b>');
    expect(page).toContain('press &lt;1&gt; <span class="soft">to lamp 1</span>');
  });
  test('needs nothing else, and names are no markup', () => {
    expect(page).not.toMatch(/<script|<link|src=|https?:/);
    expect(page).not.toContain('<button>');
    expect(page).toContain('<title>a &amp; b</title>');
  });
  test('shows what goes on for ever', () => {
    const loop = drawSequence(lampModel, { ...run, loopsTo: 4 }, { title: 'loop' });
    expect(loop).toContain('>for ever</text>');
    expect(count(loop, '<tr id="step-5" class="loop">')).toBe(1);
    expect(count(loop, ' class="loop"><td')).toBe(2);
    expect(page).not.toContain('for ever</text>');
  });
  test('a model without processes is one lifeline', () => {
    const { group: _none, ...bare } = lampModel;
    const plain = drawSequence(bare, run, { title: 'bare' });
    expect(count(plain, '<line class="life"')).toBe(1);
    expect(plain).toContain('pressed 2, lit 1');
  });
});

describe.each(modelConfigurations)('a run of $name', ({ name, options }) => {
  test('is drawn, with each message sent before it is received', () => {
    const crashes = Math.min(1, options.crashes.usual);
    const model = modelNamed({ name, options: { servers: options.servers.minimum, clients: options.clients.minimum, crashes } });
    const { findings } = check(model, { statesMaximum: 5_000, order: 'depth-first' });
    const found = findings.flatMap((finding) => ('run' in finding && finding.run !== undefined ? [finding.run] : []));
    expect(found.length).toBeGreaterThan(0);
    for (const trace of found) {
      const { rows } = sequenceOf(model, trace);
      for (const { step, sentAt, number, process, changes } of rows) {
        if ('from' in step) expect(sentAt).toBeLessThan(number);
        expect(changes.every((change) => change.process === process)).toBe(true);
      }
      expect(count(drawSequence(model, trace, { title: name }), '<tr id="step-')).toBe(rows.length + 1);
    }
  });
});
