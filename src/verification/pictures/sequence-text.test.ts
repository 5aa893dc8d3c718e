import { expect, test } from 'vitest';
import { check } from '../model-checker/index.ts';
import { modelNamed } from '../models/index.ts';
import { lampModel, lampRun } from './lamp-model-for-tests.ts';
import { sequenceText } from './sequence-text.ts';
import { stateTablesText } from './state-tables-text.ts';

const run = lampRun('press', 'press', 'receive 2', 'write', 'lose 0', 'crash');

test('a run in characters: arrows, when their messages were sent, marks', () => {
  expect(`\n${sequenceText(lampModel, run)}`).toMatchInlineSnapshot(`
    "
     step  sent     button 0         lamp 1
                        │               │
        1               ◷ press         │
        2               ◷ press         │
        3     2         ├──── press ───▶│         <2>
        4               │               ■ on disk
        5 start         ├──── press ───✕│         <0>
        6               │               ✖ crash
    "
  `);
});

test('what goes on for ever has a bracket', () => {
  const lines = sequenceText(lampModel, { ...run, loopsTo: 4 }).split('\n');
  expect(lines.map((line) => line.charAt(0)).join('')).toBe('      ┌│└');
  expect(lines.at(-2)).toBe('└─ and so on, for ever');
});

test('five processes fit into a hundred columns', () => {
  const model = modelNamed({ name: 'paxos', options: { servers: 3, clients: 2, crashes: 0 } });
  const finding = check(model, { statesMaximum: 3_000, order: 'depth-first' }).findings.find((one) => 'run' in one);
  if (finding === undefined || !('run' in finding) || finding.run === undefined) throw new Error('a value is chosen somewhere');
  const text = sequenceText(model, finding.run);
  expect(text).toContain('prepare');
  for (const line of [...text.split('\n'), ...stateTablesText(model, finding.run).split('\n')]) {
    expect(line.length).toBeLessThanOrEqual(100);
  }
});

test('state tables: state, new state, messages', () => {
  expect(`\n${stateTablesText(lampModel, lampRun('press', 'receive 0'))}`).toMatchInlineSnapshot(`
    "
    at the start
        button 0 pressed  0
        lamp 1 lit        0
        lamp 1 writing    none
        sends button 0 -> lamp 1: press <0>

    1. button 0: timer press
                          state  new state
        button 0 pressed  0      1
        sends button 0 -> lamp 1: press <1>

    2. button 0 -> lamp 1: press <0>
                        state  new state
        lamp 1 writing  none   0

    at the end
        button 0 pressed  1
        lamp 1 lit        0
        lamp 1 writing    0
        under way button 0 -> lamp 1: press <1>
    "
  `);
});
