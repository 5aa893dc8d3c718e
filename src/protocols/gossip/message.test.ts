import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedBytes, Reader, Writer } from '../../runtime/bytes/index.ts';
import { fromConfiguration } from '../membership/index.ts';
import { nodeName } from '../ring/index.ts';
import {
  readDigest,
  readMissing,
  readOffer,
  readOutline,
  writeDigest,
  writeMissing,
  writeOffer,
  writeOutline,
} from './message.ts';

const beginning = fc.record({
  length: fc.integer({ min: 0, max: 10_000 }),
  fingerprint: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
});
const anyU32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const opinions = fc.array(
  fc.record({
    standing: fc.constantFrom('alive' as const, 'dead' as const),
    incarnation: fc.integer({ min: 0, max: 99 }),
    node: fc.constantFrom('n1', 'n2').map(nodeName),
  }),
  { maxLength: 64 },
);
const changes = fc
  .integer({ min: 0, max: 20 })
  .map((count) =>
    fromConfiguration(Array.from({ length: count }, (_unused, index) => ({ name: `n${index}`, address: `h${index}:1` }))),
  );

interface Form<Message> {
  readonly any: fc.Arbitrary<Message>;
  write(writer: Writer, message: Message): void;
  read(reader: Reader): Message;
}

function formOf<Message>(any: fc.Arbitrary<Message>, write: Form<Message>['write'], read: Form<Message>['read']): Form<unknown> {
  return { any, write: (writer, message) => write(writer, message as Message), read };
}

describe.each([
  ['digest', formOf(fc.record({ whole: beginning, opinions: anyU32, partitions: anyU32 }), writeDigest, readDigest)],
  ['outline', formOf(fc.record({ beginnings: fc.array(beginning, { maxLength: 18 }), opinions }), writeOutline, readOutline)],
  ['offer', formOf(fc.record({ shared: beginning, changes, opinions }), writeOffer, readOffer)],
  ['missing', formOf(fc.record({ changes }), writeMissing, readMissing)],
])('a message "%s"', (_name, { any, write, read }) => {
  const encoded = (message: unknown): Uint8Array => {
    const writer = new Writer();
    write(writer, message);
    return writer.copy();
  };

  test('comes back as it was', () => {
    fc.assert(
      fc.property(any, (message) => {
        expect(read(new Reader(encoded(message)))).toEqual(message);
      }),
    );
  });

  test('cut short anywhere, or with a byte too many, is malformed', () => {
    fc.assert(
      fc.property(any, fc.nat(), (message, cut) => {
        const bytes = encoded(message);
        expect(() => read(new Reader(bytes, 0, cut % bytes.length))).toThrow(MalformedBytes);
        expect(() => read(new Reader(Uint8Array.from([...bytes, 0])))).toThrow(MalformedBytes);
      }),
    );
  });

  test('of garbage is malformed, or means what its bytes say', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let message: unknown;
        try {
          message = read(new Reader(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytes);
          return;
        }
        expect(encoded(message)).toEqual(bytes);
      }),
      { numRuns: 1_000 },
    );
  });
});
