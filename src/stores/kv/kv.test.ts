/** What the facade does by itself; what it does together with a node, tests/contract says. */
import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { overloaded } from './errors.ts';
import { createKv } from './kv.ts';
import { createQuorate } from './quorate.ts';
import type { Cancel, ChangeReply, GetReply, KvExecutor, KvReply, KvRequest, ReplyHandler, ReplyOf } from './requests.ts';

const GET_REPLY: GetReply = { kind: 'get', mark: new Uint8Array(8), record: undefined, conflict: 'siblings' };
const CHANGE_REPLY: ChangeReply = { kind: 'change', context: undefined };

interface Executed {
  readonly request: KvRequest;
  readonly handler: ReplyHandler<never>;
  cancelled: boolean;
}

/** Keeps requests until the test answers them. */
class HeldExecutor implements KvExecutor {
  readonly executed: Executed[] = [];
  /** Answers before `execute` returns. */
  immediate: KvReply | undefined;

  execute<Request extends KvRequest>(request: Request, handler: ReplyHandler<ReplyOf<Request>>): Cancel {
    const executed: Executed = { request, handler, cancelled: false };
    this.executed.push(executed);
    if (this.immediate !== undefined) executed.handler.reply(this.immediate as never);
    return () => {
      executed.cancelled = true;
    };
  }

  reply(index: number, reply: KvReply): void {
    this.executed[index]!.handler.reply(reply as never);
  }

  get open(): number {
    return this.executed.filter(({ cancelled }) => !cancelled).length;
  }
}

describe('the facade', () => {
  let executor: HeldExecutor;
  beforeEach(() => {
    executor = new HeldExecutor();
  });
  const bucket = () => createKv(executor).bucket('b');

  it('asks for what the caller asked for', async () => {
    void bucket().get('k', { r: 2, timeoutMs: 1.5 });
    void bucket().put('k', 'v');
    expect(executor.executed.map(({ request }) => request)).toMatchObject([
      { kind: 'get', bucket: 'b', key: Buffer.from('k'), r: 2, timeoutMs: 2 },
      { kind: 'change', w: 0, timeoutMs: 5_000, context: undefined, change: { kind: 'put', contentType: 'text/plain' } },
    ]);
  });

  it('tells a damaged record instead of a value', async () => {
    executor.immediate = { ...GET_REPLY, record: Uint8Array.of(1, 0, 9) };
    await expect(bucket().get('k')).rejects.toMatchObject({ code: 'malformed-reply' });
    executor.immediate = { kind: 'inspect', json: '{"cluster": 1}' };
    await expect(createQuorate(executor, async () => {}).status()).rejects.toMatchObject({ code: 'malformed-reply' });
  });

  describe('aborting a call that is under way', () => {
    it.each([
      ['a read', 'not-applied', (signal: AbortSignal) => bucket().get('k', { signal })],
      ['a write', 'unknown', (signal: AbortSignal) => bucket().put('k', 'v', { signal })],
      ['many reads', 'not-applied', (signal: AbortSignal) => bucket().getMany(['k'], { signal })],
      ['many writes', 'unknown', (signal: AbortSignal) => bucket().putMany([['k', 'v']], { signal })],
    ] as const)('cancels %s, and its outcome is %s', async (_what, outcome, begin) => {
      const controller = new AbortController();
      const call = begin(controller.signal);
      controller.abort('enough');
      await expect(call).rejects.toMatchObject({ code: 'aborted', outcome, cause: 'enough' });
      expect(executor.executed.map(({ cancelled }) => cancelled)).toEqual([true]);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    });

    it('leaves a deletion undone while it still reads', async () => {
      const controller = new AbortController();
      const call = bucket().delete('k', { signal: controller.signal });
      controller.abort();
      await expect(call).rejects.toMatchObject({ code: 'aborted', outcome: 'not-applied' });
      expect(executor.executed.map(({ request }) => request.kind)).toEqual(['get']);
    });
  });

  describe('many', () => {
    function* keys(count: number, onEnd: () => void): Generator<string> {
      try {
        for (let index = 0; index < count; index++) yield `${index}`;
      } finally {
        onEnd();
      }
    }

    it('has a window under way, and draws the keys as it moves', async () => {
      let ended = false;
      const onEnd = () => {
        ended = true;
      };
      const call = bucket().getMany(keys(300, onEnd));
      expect([executor.executed.length, ended]).toEqual([256, false]);
      for (let index = 0; index < 300; index++) executor.reply(index, GET_REPLY);
      expect((await call).length).toBe(300);
      expect(ended).toBe(true);
    });

    it('bears answers that come at once, without a stack frame for each', async () => {
      executor.immediate = GET_REPLY;
      expect((await bucket().getMany(keys(100_000, () => {}))).length).toBe(100_000);
    });

    it('ends with the first failure: cancels the rest, and closes the source of the keys', async () => {
      let ended = false;
      const onEnd = () => {
        ended = true;
      };
      const call = bucket().getMany(keys(300, onEnd));
      executor.executed[7]!.handler.fail(overloaded('n', 1));
      await expect(call).rejects.toMatchObject({ code: 'overloaded', outcome: 'not-applied', data: { node: 'n', index: 7 } });
      expect(executor.open).toBe(1);
      expect([executor.executed[7]!.cancelled, ended]).toEqual([false, true]);
      executor.reply(8, GET_REPLY);
      expect(executor.executed.length).toBe(256);
    });

    it('of writes has an unknown outcome once any other was begun', async () => {
      const alone = bucket().putMany([['a', 1]]);
      executor.executed[0]!.handler.fail(overloaded('n', 1));
      await expect(alone).rejects.toMatchObject({ outcome: 'not-applied' });
      const two = bucket().putMany([
        ['a', 1],
        ['b', 2],
      ]);
      executor.executed[2]!.handler.fail(overloaded('n', 1));
      await expect(two).rejects.toMatchObject({ outcome: 'unknown', data: { index: 1 } });
    });

    it('passes on what the source of the keys throws', async () => {
      const broken = (function* () {
        yield 'one';
        throw new RangeError('no more keys');
      })();
      await expect(bucket().getMany(broken)).rejects.toThrow(new RangeError('no more keys'));
      expect(executor.open).toBe(0);
    });
  });

  it('scans page by page, and asks for no further page than it is read', async () => {
    const iterator = bucket().keys({ pageSize: 2 })[Symbol.asyncIterator]();
    const first = iterator.next();
    executor.reply(0, { kind: 'list', keys: [Uint8Array.of(97), Uint8Array.of(98)], cursor: Uint8Array.of(1, 2) });
    expect([await first, await iterator.next()]).toEqual([
      { value: 'a', done: false },
      { value: 'b', done: false },
    ]);
    expect(executor.executed.length).toBe(1);
    const third = iterator.next();
    await Promise.resolve();
    await Promise.resolve();
    expect(executor.executed[1]!.request).toMatchObject({ kind: 'list', limit: 2, cursor: Buffer.from([1, 2]) });
    executor.reply(1, { kind: 'list', keys: [Uint8Array.of(255)], cursor: undefined });
    await expect(third).rejects.toMatchObject({ code: 'bad-key', message: expect.stringContaining('0xff') });
  });

  it('makes one bucket per name', () => {
    const kv = createKv(executor);
    expect(kv.bucket('b')).toBe(kv.bucket('b'));
    executor.immediate = CHANGE_REPLY;
    expect(kv.bucket('c').name).toBe('c');
  });
});
