import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../protocols/versions/index.ts';
import { MalformedBytes, Reader, Writer } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { KvReply, KvRequest } from '../requests.ts';
import {
  decodeError,
  decodePassedOn,
  decodeReplicaKeys,
  decodeReplicaListing,
  decodeReplicaWrite,
  decodeReply,
  decodeRequest,
  encodeError,
  encodePassedOn,
  encodeReplicaKeys,
  encodeReplicaListing,
  encodeReplicaWrite,
  encodeReply,
  encodeRequest,
  KIND,
  REPLY_KIND,
  REQUEST_KIND,
} from './index.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const name = fc.uint8Array({ minLength: 1, maxLength: 20 });
const bucket = fc.constantFrom('carts', 'a', 'x.y-z');
const timeoutMs = fc.integer({ min: 1, max: 3_600_000 });
const strict = fc.constantFrom(true, undefined);
const quorum = fc.integer({ min: 0, max: 16 });
const contentType = fc.constantFrom('', 'text/plain');
const number = fc.double({ noNaN: true, noDefaultInfinity: true });

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('put'), contentType, value: bytes }),
  fc.constant<Change>({ kind: 'delete' }),
  fc.record({ kind: fc.constantFrom('add', 'remove'), elements: fc.array(name, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('increment'), amount: number }),
  fc.record({ kind: fc.constant('raise'), to: number }),
  fc.record({ kind: fc.constant('put-field'), field: name, contentType, value: bytes }),
  fc.record({ kind: fc.constant('delete-field'), field: name }),
);
const request: fc.Arbitrary<KvRequest> = fc.oneof(
  fc.record({
    kind: fc.constant('get'),
    bucket,
    key: bytes,
    r: quorum,
    timeoutMs,
    strict,
    coordinator: fc.constantFrom('n1', '', undefined),
  }),
  fc.record({
    kind: fc.constant('change'),
    bucket,
    key: bytes,
    context: fc.option(bytes, { nil: undefined }),
    change,
    w: quorum,
    timeoutMs,
    strict,
  }),
  fc.record({ kind: fc.constant('list'), bucket, cursor: fc.option(bytes, { nil: undefined }), limit: fc.nat(), timeoutMs }),
  fc.record({
    kind: fc.constant('inspect'),
    topic: fc.constantFrom('status', 'ring', 'node'),
    argument: fc.string({ unit: 'grapheme' }),
    timeoutMs,
  }),
  fc.record({
    kind: fc.constant('administer'),
    command: fc.constantFrom('join', 'leave'),
    argument: fc.string({ unit: 'grapheme' }),
    timeoutMs,
  }),
);
const reply: fc.Arbitrary<KvReply> = fc.oneof(
  fc.record({
    kind: fc.constant('get'),
    conflict: fc.constantFrom('siblings', 'set'),
    mark: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    record: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('change'), context: fc.option(name, { nil: undefined }) }),
  fc.record({ kind: fc.constant('list'), keys: fc.array(bytes, { maxLength: 5 }), cursor: fc.option(bytes, { nil: undefined }) }),
  fc.record({ kind: fc.constant('inspect'), json: fc.string() }),
  fc.record({ kind: fc.constant('administer'), json: fc.string() }),
);

const written = (write: (writer: Writer) => void): Uint8Array => {
  const writer = new Writer();
  write(writer);
  return writer.copy();
};

describe('requests and replies', () => {
  test('come out as they went in', () => {
    fc.assert(
      fc.property(request, fc.constantFrom('direct', 'to-home', 'to-stand-in'), (sent, arrival) => {
        const frame = written((writer) => encodeRequest(writer, sent, arrival));
        expect(decodeRequest(REQUEST_KIND[sent.kind], new Reader(frame))).toEqual({ request: sent, arrival });
      }),
    );
    fc.assert(
      fc.property(reply, (sent) => {
        const frame = written((writer) => encodeReply(writer, sent));
        expect(decodeReply(REPLY_KIND[sent.kind], new Reader(frame))).toEqual(sent);
      }),
    );
  });

  test('are refused as malformed when cut short anywhere', () => {
    fc.assert(
      fc.property(request, (sent) => {
        const frame = written((writer) => encodeRequest(writer, sent, 'direct'));
        for (let length = 0; length < frame.length; length++) {
          const decode = (): unknown => decodeRequest(REQUEST_KIND[sent.kind], new Reader(frame, 0, length));
          expect(decode).toThrow(MalformedBytes);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('are decoded or refused as malformed, never anything else, whatever the bytes are', () => {
    const kinds = [...Object.values(REQUEST_KIND), ...Object.values(REPLY_KIND)];
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 80 }), (kind, frame) => {
        const decoders = [
          () => decodeRequest(kind, new Reader(frame)),
          () => decodeReply(kind, new Reader(frame)),
          () => decodeError(new Reader(frame)),
          () => decodePassedOn(new Reader(frame)),
          () => decodeReplicaWrite(new Reader(frame)),
          () => decodeReplicaListing(new Reader(frame)),
          () => decodeReplicaKeys(new Reader(frame)),
        ];
        for (const decode of decoders) {
          try {
            decode();
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedBytes);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('tell a client who asked the wrong node whom it was passed on to, and which ring is known there', () => {
    const sent = { coordinator: 'n4', ringVersion: '0123456789abcdef-256.77' };
    const frame = written((writer) => encodePassedOn(writer, sent));
    expect(decodePassedOn(new Reader(frame))).toEqual(sent);
    for (let length = 0; length < frame.length; length++) {
      expect(() => decodePassedOn(new Reader(frame, 0, length))).toThrow(MalformedBytes);
    }
  });

  test('have unique frame kinds, and replies have the high bit', () => {
    const kinds = Object.values(KIND);
    expect(new Set(kinds).size).toBe(kinds.length);
    for (const kind of [...Object.values(REPLY_KIND), KIND.error]) expect(kind & 0x80).toBe(0x80);
  });
});

describe('frames between replicas', () => {
  test('come out as they went in', () => {
    fc.assert(
      fc.property(
        name,
        bytes,
        fc.constantFrom('disk', 'memory'),
        fc.constantFrom('siblings', 'max'),
        fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        (storageKey, checkedRecord, durability, policy, readIn) => {
          const sent = { storageKey, checkedRecord, durability, policy, readIn } as const;
          expect(decodeReplicaWrite(new Reader(written((writer) => encodeReplicaWrite(writer, sent))))).toEqual(sent);
        },
      ),
    );
    const listing = { bucket: 'carts', from: 3, to: 9, after: Uint8Array.of(1, 2), limit: 77 };
    expect(decodeReplicaListing(new Reader(written((writer) => encodeReplicaListing(writer, listing))))).toEqual(listing);
    const keys = { readIn: 7, more: true, keys: [{ storageKey: Uint8Array.of(1), live: true, section: Uint8Array.of(5, 6) }] };
    expect(decodeReplicaKeys(new Reader(written((writer) => encodeReplicaKeys(writer, keys))))).toEqual(keys);
  });
});

describe('errors', () => {
  test('keep their code, outcome, advice and data on the way', () => {
    const error = new QuorateError({
      code: 'c',
      message: 'm',
      outcome: 'unknown',
      next: 'n',
      data: { missing: ['n1'], needed: 2 },
    });
    expect(decodeError(new Reader(written((writer) => encodeError(writer, error)))).describe()).toEqual(error.describe());
  });

  test('are malformed without them', () => {
    const frame = new TextEncoder().encode('{"code":"c","message":"m"}');
    expect(() => decodeError(new Reader(frame))).toThrow(MalformedBytes);
  });
});
