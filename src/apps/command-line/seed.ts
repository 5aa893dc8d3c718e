import { InvalidArgumentError } from 'commander';

const SEED_LIMIT = 1n << 64n;

/** Of 64 bits, decimal or hexadecimal, for commander. */
export function seedOption(text: string): bigint {
  const value = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? BigInt(text) : -1n;
  if (value >= 0n && value < SEED_LIMIT) return value;
  throw new InvalidArgumentError('It must be a whole number from 0 to 2^64 - 1, decimal or hexadecimal behind 0x.');
}
