import { randomBytes, randomFillSync } from 'node:crypto';
import type { Random } from '../world/index.ts';

const POOL_NUMBERS = 1024;
const RANGE = 2 ** 32;

/** The operating system's randomness, fetched in runs: one call per number would cost a microsecond. */
export function realRandom(): Random {
  // Filled as bytes: seen with Node 24.21, randomFillSync now and then refuses a DataView as not being a view, and takes it when
  // asked again.
  const pool = new Uint8Array(POOL_NUMBERS * 4);
  const numbers = new Uint32Array(pool.buffer);
  let at = POOL_NUMBERS;
  const uint32 = () => {
    if (at === POOL_NUMBERS) {
      randomFillSync(pool);
      at = 0;
    }
    return numbers[at++] as number;
  };
  return {
    uint32,
    below(bound) {
      if (!Number.isInteger(bound) || bound < 1 || bound > RANGE) throw new RangeError(`bound ${bound} is not in 1 .. 2^32`);
      // Values from the incomplete last run of `bound` would favour the small remainders: drawn again.
      const fair = RANGE - (RANGE % bound);
      let value = uint32();
      while (value >= fair) value = uint32();
      return value % bound;
    },
    bytes: (length) => new Uint8Array(randomBytes(length)),
  };
}
