import { describe, expect, test } from 'vitest';
import { a, append, b, c, chain, client, configuration, members, said, start, values } from './chain-for-tests.ts';
import { currentRole, handOverThrough } from './index.ts';

describe('a chain in step', () => {
  test('has a head, a middle and a tail', () => {
    const group = chain([a, b, c]);
    expect([a, b, c].map((id) => currentRole(group.state(id), id))).toEqual(['head', 'middle', 'tail']);
  });

  test('sends each entry down the chain, and the tail answers', () => {
    const group = chain([a, b, c]);
    append(group, a, 'x');
    group.deliverKind('forward', b);
    expect([a, b, c].map((id) => values(group, id).length)).toEqual([1, 1, 0]);
    expect(said(group)).toEqual([]);
    group.deliverKind('forward', c);
    expect(said(group)).toMatchObject([{ kind: 'appended', index: 1 }]);
  });

  test('passes entries on, and answers, only when they are durable', () => {
    const group = chain([a, b]);
    group.slowDisk = true;
    append(group, a, 'x');
    expect(group.network).toEqual([]);
    group.sync(a);
    group.deliverKind('forward', b);
    expect(said(group)).toEqual([]);
    group.sync(b);
    expect(said(group)).toMatchObject([{ kind: 'appended', index: 1 }]);
  });

  test('brings acknowledgements back to the head', () => {
    const group = chain([a, b, c]);
    append(group, a, 'x');
    append(group, a, 'y');
    group.settle();
    expect([a, b, c].map((id) => group.state(id).acknowledged)).toEqual([2, 2, 2]);
  });

  test('reads at the tail: the latest entry, or the one asked for', () => {
    const group = chain([a, b, c]);
    append(group, a, 'x');
    append(group, a, 'y');
    group.settle();
    append(group, a, 'not yet at the tail');
    said(group);
    group.send(client, c, { kind: 'read', request: 1, index: 'latest' });
    group.send(client, c, { kind: 'read', request: 2, index: 1 });
    group.send(client, c, { kind: 'read', request: 3, index: 7 });
    expect(said(group)).toEqual([
      { kind: 'read-done', request: 1, index: 2, value: 'y' },
      { kind: 'read-done', request: 2, index: 1, value: 'x' },
      { kind: 'read-done', request: 3, index: 7, value: undefined },
    ]);
  });

  test('sends a client that asks the wrong member elsewhere', () => {
    const group = chain([a, b, c]);
    group.send(client, b, { kind: 'read', request: 1, index: 'latest' });
    group.send(client, c, { kind: 'append', request: 2, value: 'x' });
    const known = configuration(1, [a, b, c]);
    expect(said(group)).toEqual([
      { kind: 'redirect', request: 1, configuration: known },
      { kind: 'redirect', request: 2, configuration: known },
    ]);
  });

  test('takes entries once and in order, however they arrive', () => {
    const group = chain([a, b]);
    append(group, a, 'x');
    append(group, a, 'y');
    const first = group.network[0];
    const second = group.network[1];
    if (first === undefined || second === undefined) throw new Error('two entries are under way');
    group.send(second.from, second.to, second.message);
    expect(values(group, b)).toEqual([]);
    group.settle();
    group.send(first.from, first.to, first.message);
    expect(values(group, b)).toEqual(['x', 'y']);
  });

  test('may be one process, head and tail at once', () => {
    const group = chain([a]);
    append(group, a, 'x');
    group.send(client, a, { kind: 'read', request: 1, index: 'latest' });
    expect(said(group)).toMatchObject([{ kind: 'appended' }, { kind: 'read-done', value: 'x' }]);
  });
});

test('what is acknowledged may be left to the store, what is not stays', () => {
  const group = chain([a, b]);
  append(group, a, 'x');
  group.settle();
  append(group, a, 'y');
  handOverThrough(group.state(a), 2);
  expect(group.state(a).log).toMatchObject({ base: 1, entries: [{ index: 2, value: 'y' }] });
  group.settle();
  expect(values(group, b)).toEqual(['x', 'y']);
});

test('lost messages are said again when timers say so', () => {
  const group = members([a, b, c], { resend: true });
  const rounds = (count: number) => {
    for (let round = 0; round < count; round++) {
      for (const id of [a, b, c]) if (group.timers(id).includes('resend')) group.fire(id, 'resend');
      group.settle();
    }
  };
  group.send(client, a, { kind: 'configure', configuration: configuration(1, [a, b, c]) });
  group.drop();
  rounds(3);
  expect([a, b, c].map((id) => group.state(id).phase.kind)).toEqual(['in-step', 'in-step', 'in-step']);
  append(group, a, 'x');
  group.drop();
  rounds(1);
  expect(values(group, c)).toEqual(['x']);
  rounds(1);
  expect(group.state(a).acknowledged).toBe(1);
});

test('a head whose log is not the one to go on with does not serve', () => {
  const group = chain([a, b]);
  append(group, a, 'x');
  group.settle();
  start(group, configuration(3, [c, a], { continues: 1 }));
  expect(group.state(c).phase.kind).toBe('outside');
});
