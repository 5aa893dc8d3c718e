import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProcessId } from '../process/index.ts';
import {
  a,
  append,
  b,
  c,
  chain,
  client,
  configuration,
  d,
  type Members,
  master,
  members,
  said,
  start,
  values,
} from './chain-for-tests.ts';
import { type Configuration, currentRole, type Fenced, isTail, lastIndex, succession } from './index.ts';

function seal(group: Members, epoch: number, ids: readonly ProcessId[]): void {
  for (const id of ids) group.send(master, id, { kind: 'seal', epoch });
}

describe('sealing', () => {
  test('ends all service in the old epoch, and tells how far the member came', () => {
    const group = chain([a, b]);
    append(group, a, 'x');
    group.settle();
    said(group);
    seal(group, 2, [a, b]);
    expect(said(group)).toEqual([
      { kind: 'sealed', epoch: 2, last: 1, inStep: 1 },
      { kind: 'sealed', epoch: 2, last: 1, inStep: 1 },
    ]);
    append(group, a, 'y');
    group.send(client, b, { kind: 'read', request: 1, index: 'latest' });
    expect(said(group).map(({ kind }) => kind)).toEqual(['redirect', 'redirect']);
  });

  test('is durable before it is confirmed, and a crash does not undo it', () => {
    const group = chain([a, b]);
    group.slowDisk = true;
    seal(group, 5, [b]);
    expect(said(group)).toEqual([]);
    group.sync(b);
    group.crash(b);
    group.start(b);
    expect(group.state(b).sealed).toBe(5);
  });

  test('is confirmed again when asked again, and refused below what is sealed', () => {
    const group = chain([a, b]);
    seal(group, 3, [b, b]);
    seal(group, 2, [b]);
    expect(said(group).map(({ kind }) => kind)).toEqual(['sealed', 'sealed', 'deposed']);
  });

  test('a member that crashed has left its epoch: what comes late cannot bring it back', () => {
    const group = chain([a, b]);
    group.crash(b);
    group.start(b);
    group.send(a, b, { kind: 'configure', configuration: configuration(1, [a, b]) });
    expect(currentRole(group.state(b), b)).toBe('outside');
    group.settle();
    expect(group.state(a).sealed).toBe(2);
  });

  test('who speaks for an older epoch is deposed', () => {
    const group = chain([a, b, c]);
    seal(group, 2, [b]);
    append(group, a, 'x');
    group.settle();
    expect(currentRole(group.state(a), a)).toBe('outside');
    expect(values(group, b)).toEqual([]);
  });
});

describe('a new configuration', () => {
  test('without the old tail: what was under way to it is acknowledged by the new one', () => {
    const group = chain([a, b, c]);
    append(group, a, 'x');
    group.deliverKind('forward', b);
    group.drop();
    seal(group, 2, [a, b, c]);
    said(group);
    start(group, configuration(2, [a, b]));
    expect(said(group)).toMatchObject([{ kind: 'appended', index: 1 }]);
    expect(group.state(a).acknowledged).toBe(1);
  });

  test('without the old head: what only it had is gone, and was never acknowledged', () => {
    const group = chain([a, b, c]);
    append(group, a, 'only at the head');
    group.drop();
    seal(group, 2, [a, b, c]);
    start(group, configuration(2, [b, c]));
    append(group, b, 'x');
    group.settle();
    expect(values(group, c)).toEqual(['x']);
    seal(group, 3, [b, c]);
    start(group, configuration(3, [b, c, a]));
    expect(values(group, a)).toEqual(['x']);
  });

  test('without the middle: the head sends the tail what it lacks', () => {
    const group = chain([a, b, c]);
    append(group, a, 'x');
    group.drop();
    seal(group, 2, [a, b, c]);
    start(group, configuration(2, [a, c]));
    expect(values(group, c)).toEqual(['x']);
  });

  test('who is joining gets the log from the tail, and the master hears when it has all', () => {
    const group = chain([a, b]);
    append(group, a, 'x');
    group.settle();
    seal(group, 2, [a, b]);
    said(group);
    start(group, configuration(2, [a, b], { joining: c }));
    expect(said(group)).toEqual([{ kind: 'caught-up', epoch: 2 }]);
    append(group, a, 'y');
    group.settle();
    expect(values(group, c)).toEqual(['x', 'y']);
    seal(group, 3, [a, b, c]);
    start(group, configuration(3, [a, b, c]));
    said(group);
    group.send(client, c, { kind: 'read', request: 1, index: 'latest' });
    expect(said(group)).toMatchObject([{ kind: 'read-done', value: 'y' }]);
  });

  test('a tail that starts from nothing does not serve before it has all that was acknowledged', () => {
    const group = chain([a, b]);
    append(group, a, 'x');
    group.settle();
    seal(group, 2, [a, b]);
    group.send(master, a, { kind: 'configure', configuration: configuration(2, [a, c]) });
    group.deliverKind('configure', c);
    said(group);
    group.send(client, c, { kind: 'read', request: 1, index: 'latest' });
    expect(said(group)).toMatchObject([{ kind: 'redirect' }]);
    group.settle();
    group.send(client, c, { kind: 'read', request: 2, index: 'latest' });
    expect(said(group)).toContainEqual({ kind: 'read-done', request: 2, index: 1, value: 'x' });
  });

  test('what is before the kept entries must be copied by the store', () => {
    const group = chain([a]);
    append(group, a, 'x');
    append(group, a, 'y');
    group.state(a).log = { base: 1, entries: group.state(a).log.entries.slice(1) };
    seal(group, 2, [a]);
    start(group, configuration(2, [a, b]));
    expect(group.state(b).phase).toEqual({ kind: 'behind', successorLast: undefined, copyThrough: 1 });
    group.send(b, b, { kind: 'copied', base: 1 });
    group.settle();
    expect(values(group, b)).toEqual(['y']);
    expect(group.state(b).phase.kind).toBe('in-step');
  });
});

describe('succession', () => {
  const previous = configuration(3, [a, b, c]);
  const wanted = { epoch: 4, members: [a, b], joining: undefined, master };
  const inStep: Fenced = { inStep: 3 };

  test('needs the old tail fenced and the new head sealed', () => {
    expect(succession(previous, new Map([[a, inStep]]), wanted)).toMatchObject({
      because: 'the tail 2 of epoch 3 may still serve',
    });
    const stopped = new Map<ProcessId, Fenced>([
      [a, inStep],
      [c, 'stopped'],
    ]);
    expect(succession(previous, stopped, wanted)).toEqual({
      kind: 'allowed',
      configuration: { ...wanted, continues: 3, keeping: [a, b] },
    });
    expect(succession(previous, stopped, { ...wanted, members: [b] })).toMatchObject({ kind: 'forbidden' });
  });

  test('keeps the order, and grows at the end', () => {
    const fenced = new Map([a, b, c].map((id): [ProcessId, Fenced] => [id, inStep]));
    expect(succession(previous, fenced, { ...wanted, members: [b, a] })).toMatchObject({
      because: 'who stays does not keep the order',
    });
    expect(succession(previous, fenced, { ...wanted, members: [d, a] })).toMatchObject({ kind: 'forbidden' });
    expect(succession(previous, fenced, { ...wanted, members: [b, c, d] })).toMatchObject({ kind: 'allowed' });
    expect(succession(previous, fenced, { ...wanted, epoch: 3 })).toMatchObject({ kind: 'forbidden' });
  });

  test('a head that was not in step will do only if the old epoch never served, then the one before is continued', () => {
    const late = new Map<ProcessId, Fenced>([
      [a, { inStep: 2 }],
      [c, { inStep: 2 }],
    ]);
    expect(succession(previous, late, wanted)).toMatchObject({ configuration: { continues: 2 } });
    const served = new Map<ProcessId, Fenced>([
      [a, { inStep: 2 }],
      [c, { inStep: 3 }],
    ]);
    expect(succession(previous, served, wanted)).toMatchObject({ kind: 'forbidden' });
  });

  test('a member that missed the epoch in between does not keep what it had beyond the acknowledged', () => {
    const between = configuration(3, [b, c, a], { continues: 2, keeping: [b, c] });
    const late = new Map([a, b].map((id): [ProcessId, Fenced] => [id, { inStep: 2 }]));
    expect(succession(between, late, { ...wanted, members: [b, a] })).toMatchObject({
      configuration: { continues: 2, keeping: [b] },
    });
    expect(succession(between, late, { ...wanted, members: [a] })).toMatchObject({ kind: 'forbidden' });
  });
});

/** A master that changes the chain at random, within the rule of succession. */
class Master {
  current: Configuration = configuration(1, [a, b, c]);
  #sealing = 1;
  readonly #fenced = new Map<ProcessId, Fenced>();

  seal(group: Members): void {
    this.#sealing++;
    this.#fenced.clear();
    for (const id of this.current.members) group.send(master, id, { kind: 'seal', epoch: this.#sealing });
  }

  sealed(from: ProcessId, epoch: number, inStep: number): void {
    if (epoch === this.#sealing) this.#fenced.set(from, { inStep });
  }

  /** @param choice - any number: who is to be in the chain, and in which order newcomers. */
  configure(group: Members, choice: number): void {
    const all = [...this.current.members, ...[a, b, c, d].filter((id) => !this.current.members.includes(id))];
    const ids = all.filter((_id, place) => ((choice >> place) & 1) === 1);
    const wanted = { epoch: this.#sealing, members: ids, joining: undefined, master };
    const next = ids.length === 0 ? undefined : succession(this.current, this.#fenced, wanted);
    if (next?.kind !== 'allowed') return;
    this.current = next.configuration;
    group.send(master, ids[0] as ProcessId, { kind: 'configure', configuration: this.current });
  }
}

test('whatever is lost, crashes and changes: one tail serves, logs are prefixes, what was acknowledged stays', () => {
  const reached = { epochs: 0, acknowledged: 0 };
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { minLength: 150, maxLength: 300 }), (choices) => {
      const group = members([a, b, c, d], { resend: true });
      const decides = new Master();
      start(group, decides.current);
      group.slowDisk = true;
      const acknowledged = new Map<number, string>();
      const asked = new Map<number, string>();
      choices.forEach((choice, request) => {
        if (choice % 9 === 0) {
          asked.set(request, `${request}`);
          for (const id of [a, b, c, d])
            if (group.isUp(id)) group.send(client, id, { kind: 'append', request, value: `${request}` });
        } else if (choice % 31 === 0) decides.seal(group);
        else if (choice % 7 === 0) decides.configure(group, Math.floor(choice / 7));
        else group.step(choice, () => choice % 43 === 0, choice % 17 === 0);
        for (const { from, message } of group.outside.splice(0)) {
          if (message.kind === 'sealed') decides.sealed(from, message.epoch, message.inStep);
          if (message.kind === 'appended') acknowledged.set(message.index, asked.get(message.request) ?? 'never asked');
        }
        check(group, acknowledged);
      });
      reached.epochs += decides.current.epoch > 1 ? 1 : 0;
      reached.acknowledged += acknowledged.size;
    }),
    { numRuns: 150, endOnFailure: true },
  );
  expect(reached.epochs).toBeGreaterThan(30);
  expect(reached.acknowledged).toBeGreaterThan(300);
});

function check(group: Members, acknowledged: ReadonlyMap<number, string>): void {
  const serving = group.ids.filter((id) => group.isUp(id) && group.state(id).phase.kind === 'in-step');
  const tails = serving.filter((id) => isTail(currentRole(group.state(id), id)));
  expect(tails.length).toBeLessThanOrEqual(1);
  for (const tail of tails) {
    const { log, configuration: own } = group.state(tail);
    for (const [index, value] of acknowledged) expect(log.entries[index - 1]?.value).toBe(value);
    for (const id of serving) {
      const other = group.state(id);
      if (other.configuration?.epoch !== own?.epoch) continue;
      expect(lastIndex(other.log)).toBeGreaterThanOrEqual(lastIndex(log));
      expect(other.log.entries.slice(0, log.entries.length)).toEqual(log.entries);
    }
  }
}
