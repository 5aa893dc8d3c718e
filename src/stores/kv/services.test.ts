import { describe, expect, test } from 'vitest';
import { MalformedBytes, Reader } from '../../runtime/bytes/index.ts';
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Link } from '../../runtime/world/index.ts';
import type { NodeService } from './service.ts';
import { ServiceHost } from './services.ts';

const NO_BYTES = new Uint8Array();
const link = {} as Link;

/** What `administer` came to. */
function ordered(host: ServiceHost, command: string, argument: string): unknown {
  let outcome: unknown;
  host.administer(
    { kind: 'administer', command, argument, timeoutMs: 1 },
    {
      reply: ({ json }) => {
        outcome = JSON.parse(json);
      },
      fail: (error) => {
        outcome = error;
      },
    },
  );
  return outcome;
}

const refusal = new QuorateError({ code: 'refused', message: 'No.', outcome: 'not-applied', next: 'Ask again.' });

describe('the services of a node', () => {
  test('start in their order and stop in the opposite one', () => {
    const heard: string[] = [];
    const service = (name: string): NodeService => ({ start: () => heard.push(`+${name}`), stop: () => heard.push(`-${name}`) });
    const host = new ServiceHost([service('a'), {}, service('b')]);
    host.start();
    host.stop();
    expect(heard).toEqual(['+a', '+b', '-b', '-a']);
  });

  test('have no kind of frame, no topic and no command in common', () => {
    const service: NodeService = { frames: new Map([[0x64, () => {}]]) };
    expect(() => new ServiceHost([service, {}, service])).toThrow(/no two services/);
    const topics = new Map([['mine', () => null]]);
    expect(() => new ServiceHost([{ topics }, { topics }])).toThrow(/no two services/);
  });

  test('each take the frames of their kinds; any other is malformed', () => {
    const heard: number[] = [];
    const host = new ServiceHost([
      { frames: new Map([[0x20, (_link, correlation) => void heard.push(correlation)]]) },
      { frames: new Map([[0x21, (_link, correlation) => void heard.push(-correlation)]]) },
    ]);
    host.onFrame(link, 0x20, 7, new Reader(NO_BYTES));
    host.onFrame(link, 0x21, 8, new Reader(NO_BYTES));
    expect(heard).toEqual([7, -8]);
    expect(() => host.onFrame(link, 0x22, 9, new Reader(NO_BYTES))).toThrow(MalformedBytes);
  });

  test('answer questions, and a question that none knows is refused with those they know', () => {
    const host = new ServiceHost([{ topics: new Map([['echo', (argument) => ({ argument: argument ?? 'nothing' })]]) }]);
    expect(host.inspect('echo', '')).toEqual({ argument: 'nothing' });
    expect(host.inspect('echo', '[1]')).toEqual({ argument: [1] });
    expect(() => host.inspect('echo', '{')).toThrow(expect.objectContaining({ code: 'bad-request' }));
    expect(() => host.inspect('weather', '')).toThrow(/status, ring, node, echo/);
  });

  test('carry out orders, now or later, and refuse them', () => {
    const host = new ServiceHost([
      {
        commands: new Map([
          ['double', (argument, handler) => handler.done(Number(argument) * 2)],
          ['refuse', (_argument, handler) => handler.fail(refusal)],
        ]),
      },
    ]);
    expect(ordered(host, 'double', '21')).toBe(42);
    expect(ordered(host, 'refuse', '')).toBe(refusal);
    expect(() => ordered(host, 'march', '')).toThrow(
      expect.objectContaining({ code: 'unknown-command', outcome: 'not-applied' }),
    );
  });
});
