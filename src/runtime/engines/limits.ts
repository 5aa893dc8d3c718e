import { invariant } from '../errors/index.ts';
import { MAX_KEY_BYTES, type Operation, type Range } from './engine.ts';

/** Keys are checked where they come from outside; here a wrong length is a defect, found before anything has changed. */
export function checkBatch(batch: readonly Operation[]): void {
  for (const { key } of batch) {
    invariant(key.length >= 1 && key.length <= MAX_KEY_BYTES, `a key has 1 to ${MAX_KEY_BYTES} bytes, this one ${key.length}`);
  }
}

export function checkRange({ from, to }: Range): void {
  const longest = Math.max(from.length, to.length);
  invariant(longest <= MAX_KEY_BYTES + 1, `a bound has at most ${MAX_KEY_BYTES + 1} bytes, this one ${longest}`);
}
