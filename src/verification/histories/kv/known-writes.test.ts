import { describe, expect, test } from 'vitest';
import { KnownWrites } from './known-writes.ts';

const seen = (...ids: string[]): readonly string[] => ids;

function written(
  history: KnownWrites,
  id: string,
  before: readonly string[],
  options: { deletes?: boolean; fate?: 'unknown' | 'not-applied' } = {},
) {
  history.begin(id, 'k', options.deletes ?? false, history.closure(before)).fate = options.fate ?? 'acknowledged';
}

describe('the checker of histories', () => {
  test('accepts concurrent writes as siblings and a superseded write as gone', () => {
    const history = new KnownWrites();
    written(history, 'a', seen());
    written(history, 'b', seen());
    written(history, 'c', seen('a'));
    expect(() => history.onFinalRead('k', ['b', 'c'])).not.toThrow();
  });

  test.each([
    ['an acknowledged write that is gone', (h: KnownWrites) => written(h, 'a', seen()), [], 'lost'],
    [
      'a sibling that the other had seen',
      (h: KnownWrites) => {
        written(h, 'a', seen());
        written(h, 'b', seen('a'), { fate: 'unknown' });
      },
      ['a', 'b'],
      'false sibling',
    ],
    [
      'a value that an acknowledged deletion had seen',
      (h: KnownWrites) => {
        written(h, 'a', seen());
        written(h, 'd', seen('a'), { deletes: true });
      },
      ['a'],
      'deleted value has returned',
    ],
    [
      'a write that was said not to have happened',
      (h: KnownWrites) => written(h, 'a', seen(), { fate: 'not-applied' }),
      ['a'],
      'said not',
    ],
    [
      'a write superseded only by one that is gone too',
      (h: KnownWrites) => {
        written(h, 'a', seen());
        written(h, 'b', seen('a'), { fate: 'unknown' });
      },
      [],
      'lost',
    ],
    ['a value that nobody wrote', () => undefined, ['x'], 'nobody wrote'],
  ])('refuses %s', (_name, prepare, found, problem) => {
    const history = new KnownWrites();
    prepare(history);
    expect(() => history.onFinalRead('k', found)).toThrow(problem);
  });

  test('accepts that a write of unknown outcome is there or is not', () => {
    const history = new KnownWrites();
    written(history, 'a', seen(), { fate: 'unknown' });
    expect(() => history.onFinalRead('k', [])).not.toThrow();
    expect(() => history.onFinalRead('k', ['a'])).not.toThrow();
  });
});
