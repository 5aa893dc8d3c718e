import { describe, expect, test } from 'vitest';
import { EMPTY_VECTOR, NOTHING_SEEN } from '../../protocols/versions/index.ts';
import { QuorateError } from '../../runtime/errors/index.ts';
import { coordinatorIn, decodeContext, encodeContext } from './context.ts';

const mark = Uint8Array.from({ length: 16 }, (_unused, index) => index);
const seen = { clock: EMPTY_VECTOR, timestamp: 1_234 };

describe('a context', () => {
  test('says what was seen, and who coordinated that', () => {
    const context = encodeContext(mark, seen, 'n4');
    expect(decodeContext(context, mark)).toEqual(seen);
    expect(coordinatorIn(context)).toBe('n4');
  });

  test('of a version that named no coordinator is still one', () => {
    const context = encodeContext(mark, seen);
    expect([...context.subarray(0, 4)]).toEqual([1, 0, 1, 2]);
    expect(decodeContext(context, mark)).toEqual(seen);
    expect(coordinatorIn(context)).toBeUndefined();
  });

  test('that is damaged names nobody, and is refused where it is read', () => {
    const context = encodeContext(mark, NOTHING_SEEN, 'n4');
    for (let length = 0; length < context.length; length++) {
      const part = context.slice(0, length);
      expect([undefined, 'n4']).toContain(coordinatorIn(part));
      expect(() => decodeContext(part, mark)).toThrow(QuorateError);
    }
    expect(() => decodeContext(encodeContext(mark.slice().reverse(), seen, 'n4'), mark)).toThrow(/of another key/);
  });
});
