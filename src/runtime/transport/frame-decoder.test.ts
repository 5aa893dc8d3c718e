import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedBytes, Writer } from '../bytes/index.ts';
import { beginFrame, commitFrame, FRAME_HEADER_BYTES } from './frame.ts';
import { FrameDecoder } from './frame-decoder.ts';

interface Message {
  readonly kind: number;
  readonly correlation: number;
  readonly body: readonly number[];
}

const message: fc.Arbitrary<Message> = fc.record({
  kind: fc.integer({ min: 0, max: 0xff }),
  correlation: fc.integer({ min: 0, max: 0xffff_ffff }),
  body: fc.uint8Array({ maxLength: 200 }).map((bytes) => [...bytes]),
});

function encode(messages: readonly Message[]): Uint8Array {
  const writer = new Writer();
  for (const { kind, correlation, body } of messages) {
    const start = beginFrame(writer, kind, correlation);
    writer.bytes(Uint8Array.from(body));
    commitFrame(writer, start);
  }
  return writer.copy();
}

function collector(maxFrameBytes?: number): { readonly decoder: FrameDecoder; readonly received: Message[] } {
  const received: Message[] = [];
  const decoder = new FrameDecoder((kind, correlation, body) => {
    received.push({ kind, correlation, body: [...body.rest()] });
    return true;
  }, maxFrameBytes);
  return { decoder, received };
}

/** Cut points anywhere, in order. */
function chunksOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.slice(at[index - 1] ?? 0, end));
}

describe('whole streams', () => {
  test('frames come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
        const { decoder, received } = collector();
        for (const chunk of chunksOf(encode(messages), cuts)) expect(decoder.feed(chunk)).toBeUndefined();
        expect(received).toEqual(messages);
        expect(decoder.heldBytes).toBe(0);
      }),
    );
  });

  test('frames come out when fed byte by byte', () => {
    const messages = [1, 0, 300].map((length, index) => ({
      kind: index,
      correlation: index,
      body: new Array(length).fill(index),
    }));
    const { decoder, received } = collector();
    for (const byte of encode(messages)) decoder.feed(Uint8Array.of(byte));
    expect(received).toEqual(messages);
  });

  test('a frame that lies whole in a chunk is not copied; one that straddles chunks is', () => {
    const bytes = encode([{ kind: 1, correlation: 1, body: [5, 6] }]);
    const buffers: ArrayBufferLike[] = [];
    const decoder = new FrameDecoder((_kind, _correlation, body) => {
      buffers.push(body.rest().buffer);
      return true;
    });
    decoder.feed(bytes);
    decoder.feed(bytes.slice(0, 3));
    decoder.feed(bytes.slice(3));
    expect(buffers[0]).toBe(bytes.buffer);
    expect(buffers).toHaveLength(2);
    expect(buffers[1]).not.toBe(bytes.buffer);
  });
});

describe('broken streams', () => {
  test('no truncation delivers the frame, and what is held tells of it', () => {
    const bytes = encode([{ kind: 3, correlation: 4, body: [1, 2, 3, 4, 5] }]);
    for (let length = 0; length < bytes.length; length++) {
      const { decoder, received } = collector();
      decoder.feed(bytes.slice(0, length));
      expect(received).toEqual([]);
      expect(decoder.heldBytes).toBe(length);
    }
  });

  test('no flipped bit of the header leaves the frame as it was', () => {
    const original = { kind: 3, correlation: 4, body: [1, 2, 3, 4, 5] };
    for (let bit = 0; bit < FRAME_HEADER_BYTES * 8; bit++) {
      const bytes = encode([original]);
      const offset = bit >> 3;
      bytes[offset] = (bytes[offset] as number) ^ (1 << (bit & 7));
      const { decoder, received } = collector();
      const malformed = isMalformed(() => decoder.feed(bytes));
      if (offset >= 5 && offset <= 7) expect(malformed, `bit ${bit} lies in flags or reserved`).toBe(true);
      expect(received[0]).not.toEqual(original);
    }
  });

  test('garbage ends in MalformedBytes or waits for more; nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 }), (chunks) => {
        const { decoder, received } = collector(4096);
        const fed = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        isMalformed(() => {
          for (const chunk of chunks) decoder.feed(chunk);
        });
        const delivered = received.reduce((sum, { body }) => sum + FRAME_HEADER_BYTES + body.length, 0);
        expect(delivered + decoder.heldBytes).toBeLessThanOrEqual(fed);
      }),
      { numRuns: 500 },
    );
  });

  test('a limit may be raised between frames', () => {
    const small = encode([{ kind: 1, correlation: 0, body: [] }]);
    const large = encode([{ kind: 2, correlation: 0, body: new Array(100).fill(0) }]);
    const sizes: number[] = [];
    const decoder = new FrameDecoder((_kind, _correlation, body) => {
      sizes.push(body.remaining);
      decoder.maxFrameBytes = 1000;
      return true;
    }, 20);
    decoder.feed(Uint8Array.of(...small, ...large));
    expect(sizes).toEqual([0, 100]);
    expect(() => new FrameDecoder(() => true, 20).feed(large)).toThrow(MalformedBytes);
  });

  test('what the sink throws goes through', () => {
    const decoder = new FrameDecoder(() => {
      throw new TypeError('a defect');
    });
    expect(() => decoder.feed(encode([{ kind: 1, correlation: 0, body: [] }]))).toThrow(TypeError);
  });
});

test('when the sink says stop, the frames behind stay undelivered and can be fed again, wherever it stops and however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(), { maxLength: 8 }), (messages, cuts) => {
      const received: Message[] = [];
      let deliveries = 0;
      const decoder = new FrameDecoder((kind, correlation, body) => {
        received.push({ kind, correlation, body: [...body.rest()] });
        deliveries += 1;
        return false;
      });
      for (const chunk of chunksOf(encode(messages), cuts)) {
        for (let rest: Uint8Array | undefined = chunk; rest !== undefined; ) {
          deliveries = 0;
          rest = decoder.feed(rest);
          expect(deliveries).toBeLessThanOrEqual(1);
        }
      }
      expect(received).toEqual(messages);
    }),
  );
});

function isMalformed(action: () => void): boolean {
  try {
    action();
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedBytes);
    return true;
  }
}
