import { describe, expect, test } from 'vitest';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Json, Quorate } from '../../../stores/kv/index.ts';
import { RingChanger } from './ring-changer.ts';

const refusal = (code: string): QuorateError =>
  new QuorateError({ code, message: code, outcome: 'not-applied', next: 'Try again.' });

/** A cluster of one member that answers orders as told, and says how many replicas are left to be moved. */
class Administered {
  readonly events: string[] = [];
  readonly members = new Map<string, Quorate>();
  readonly #refusals: QuorateError[];
  readonly #left: number[];
  #nowMs = 0;

  constructor(refusals: readonly QuorateError[], left: readonly number[]) {
    this.#refusals = [...refusals];
    this.#left = [...left];
    const administration = {
      order: async (command: string, argument: Json): Promise<Json> => {
        this.events.push(`${command} ${JSON.stringify(argument)}`);
        const refused = command === 'cluster-commit' ? this.#refusals.shift() : undefined;
        if (refused !== undefined) throw refused;
        return { commit: 'token' };
      },
      ask: async (): Promise<Json> => ({ seatsLeft: this.#left.shift() ?? 0, version: '1' }),
    };
    this.members.set('n1', { administration } as unknown as Quorate);
  }

  get changer(): RingChanger {
    return new RingChanger({
      members: this.members,
      nowMs: () => this.#nowMs,
      pause: async () => {
        this.#nowMs += 1_000;
      },
      isInterrupted: () => false,
      start: async (node) => {
        this.events.push(`start ${node}`);
        return { address: 'a:1', host: 'h', zone: 'z' };
      },
      onJoined: (node) => this.events.push(`joined ${node}`),
      beforeGone: async (node) => void this.events.push(`nobody writes to ${node}`),
      retire: async (node) => void this.events.push(`end ${node}`),
    });
  }
}

const newcomer = '"address":"a:1","host":"h","zone":"z"';

describe('an administrator of a drill', () => {
  test('lets a node in, and waits until nothing is left to be moved', async () => {
    const cluster = new Administered([], [5, 2]);
    const happened = await cluster.changer.run({ change: { kind: 'join', node: 'n4' }, atMs: 0 });
    expect(happened).toMatchObject({ decidedMs: 0, settledMs: 2_000 });
    expect(happened).not.toHaveProperty('failure');
    expect(cluster.events).toEqual([
      'start n4',
      `cluster-plan {"decisions":[{"kind":"join","node":"n4",${newcomer}}],"force":true}`,
      'cluster-commit "token"',
      'joined n4',
    ]);
  });

  test('switches off who leaves when all is handed over, and who is replaced at once', async () => {
    const leaving = new Administered([], [1]);
    await leaving.changer.run({ change: { kind: 'leave', node: 'n1' }, atMs: 0 });
    expect(leaving.events.at(0)).toBe('nobody writes to n1');
    expect(leaving.events.at(-1)).toBe('end n1');
    const replaced = new Administered([], []);
    await replaced.changer.run({ change: { kind: 'replace', node: 'n2', by: 'n5' }, atMs: 0 });
    expect(replaced.events.slice(0, 3)).toEqual(['nobody writes to n2', 'end n2', 'start n5']);
  });

  test('goes on with the rest of a replacement of which the first half was decided', async () => {
    const cluster = new Administered([refusal('stale-plan'), refusal('already-a-member')], []);
    const happened = await cluster.changer.run({ change: { kind: 'replace', node: 'n2', by: 'n5' }, atMs: 0 });
    expect(happened).not.toHaveProperty('failure');
    expect(cluster.events.filter((event) => event.startsWith('cluster-plan')).at(-1)).toBe(
      'cluster-plan {"decisions":[{"kind":"remove","node":"n2"}],"force":true}',
    );
  });

  test('says what a change that does not come to rest waits for', async () => {
    const cluster = new Administered([], new Array<number>(1_000).fill(3));
    const happened = await cluster.changer.run({ change: { kind: 'weight', node: 'n1', weight: 2 }, atMs: 0 });
    expect(happened.settledMs).toBeUndefined();
    expect(happened.failure).toContain('n1 says that 3 replicas are still to be moved');
  });
});
