import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from './interface.ts';
import { encodeValue, storedValue } from './value.ts';

const NO_BYTES = new Uint8Array(0);

function stored(value: Value, contentType?: string) {
  const encoded = encodeValue(value, contentType);
  const dot = { actor: 1, counter: 1 };
  return storedValue({
    dot,
    timestamp: 0,
    deleted: false,
    field: NO_BYTES,
    contentType: encoded.contentType,
    value: encoded.bytes,
  });
}

describe('a value', () => {
  it('of text comes back as it went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(stored(text).text()).toBe(text);
      }),
    );
    expect(stored('\ufeffmarked').text()).toBe('\ufeffmarked');
  });

  it('of JSON comes back as JSON has it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        if (typeof value === 'string') return;
        expect(stored(value as Value).json()).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('of bytes comes back as the same bytes, under any type', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom(undefined, 'image/png', 'application/octet-stream'), (bytes, type) => {
        const value = stored(bytes, type);
        expect([...value.bytes]).toEqual([...bytes]);
        expect(value.contentType).toBe(type ?? 'application/octet-stream');
      }),
    );
  });

  it('spends no bytes on the commonest type', () => {
    expect(encodeValue(Uint8Array.of(1)).contentType).toBe('');
    expect(encodeValue('x', 'application/octet-stream').contentType).toBe('');
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a big integer', 1n],
    ['NaN', Number.NaN],
    ['NaN within', [Number.NaN]],
    ['a map', new Map([['a', 1]])],
    ['a set within', { tags: new Set(['a']) }],
    ['floats', new Float64Array(2)],
    ['half a surrogate pair', 'a\ud800'],
    ['a cycle', cycle()],
  ])('is refused as %s, which would be lost', (_what, value) => {
    expect(() => encodeValue(value as Value)).toThrow(expect.objectContaining({ code: 'bad-value', outcome: 'not-applied' }));
  });

  it.each(['', 'a\nb', 'ü/plain', 'x'.repeat(256)])('is refused under the content type %j', (contentType) => {
    expect(() => encodeValue('x', contentType)).toThrow(expect.objectContaining({ code: 'bad-option' }));
  });
});

function cycle(): unknown {
  const self: Record<string, unknown> = {};
  self['self'] = self;
  return self;
}
