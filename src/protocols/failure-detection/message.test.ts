import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedBytes, Reader, Writer } from '../../runtime/bytes/index.ts';
import { nodeName } from '../ring/index.ts';
import { INCARNATION_MAXIMUM, type ProbeMessage, readProbeMessage, writeProbeMessage } from './message.ts';
import { compareHeld, type Held, type Update } from './update.ts';

const anyName = fc.constantFrom('a', 'n1', 'x'.repeat(63)).map(nodeName);
const incarnation = fc.integer({ min: 0, max: INCARNATION_MAXIMUM });
const anyUpdate: fc.Arbitrary<Update> = fc.oneof(
  fc.record({ standing: fc.constantFrom('alive' as const, 'dead' as const), incarnation, node: anyName }),
  fc.record({ standing: fc.constant('suspect' as const), incarnation, node: anyName, by: anyName }),
);
const common = { sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }), updates: fc.array(anyUpdate, { maxLength: 8 }) };
const anyMessage: fc.Arbitrary<ProbeMessage> = fc.oneof(
  fc.record({ kind: fc.constantFrom('ping' as const, 'ack' as const, 'nack' as const), ...common }),
  fc.record({ kind: fc.constant('ping-request' as const), target: anyName, ...common }),
);

function encoded(message: ProbeMessage): Uint8Array {
  const writer = new Writer();
  writeProbeMessage(writer, message);
  return writer.copy();
}

describe('a probe message', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(readProbeMessage(new Reader(encoded(message)))).toEqual(message);
      }),
    );
  });

  test('has these bytes', () => {
    const updates = [{ standing: 'suspect', incarnation: 2, node: nodeName('n2'), by: nodeName('n3') }] as const;
    const bytes = encoded({ kind: 'ping-request', sequence: 258, target: nodeName('n1'), updates });
    expect(Buffer.from(bytes).toString('hex')).toBe('0200000102026e31010200000002026e32026e33');
  });

  test('cut short anywhere, or with a byte too many, is malformed', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const bytes = encoded(message);
        for (let length = 0; length < bytes.length; length++) {
          expect(() => readProbeMessage(new Reader(bytes, 0, length))).toThrow(MalformedBytes);
        }
        expect(() => readProbeMessage(new Reader(Uint8Array.from([...bytes, 0])))).toThrow(MalformedBytes);
      }),
      { numRuns: 30 },
    );
  });

  test('of garbage is malformed, or means what its bytes say', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let message: ProbeMessage;
        try {
          message = readProbeMessage(new Reader(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytes);
          return;
        }
        expect(encoded(message)).toEqual(bytes);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('updates about one node', () => {
  test('have one total order, the table of the paper', () => {
    const alive = (of: number): Held => ({ standing: 'alive', incarnation: of });
    const suspect = (of: number): Held => ({ standing: 'suspect', incarnation: of });
    const dead = (of: number): Held => ({ standing: 'dead', incarnation: of });
    const inOrder = [alive(0), suspect(0), dead(0), alive(1), suspect(1), dead(1), alive(2)];
    for (const [i, a] of inOrder.entries())
      for (const [j, b] of inOrder.entries()) expect(Math.sign(compareHeld(a, b))).toBe(Math.sign(i - j));
  });
});
