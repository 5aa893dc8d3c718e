/**
 * A record in 64 bits: what it is called and which state it is in. Two replicas hold the same record if and only if its digest is
 * the same, up to chance.
 *
 * Two runs of FNV-1a (Fowler, Noll, Vo) with different primes over key and state, each finished as MurmurHash3 does (Appleby), since
 * FNV's last bytes hardly reach its high bits. Not CRC, though it comes cheaper: it is linear, so that in sums of digests the same
 * change of two keys would cancel.
 *
 * Chance: two of n digests are equal with odds n²/2^65; one in 10^7 for a million records that are compared with each other, and only
 * those of one leaf ever are. Someone who chooses keys in order to find equal digests will; all he gets is that a difference
 * between his own keys stays unnoticed until one of them is written again.
 */

/** The two halves of a 64-bit number, as signed 32-bit integers. */
export type Sum = Int32Array;

export function newSum(): Sum {
  return new Int32Array(2);
}

const FNV_BASIS = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;
const SECOND_BASIS = 0x9e37_79b9;
const SECOND_PRIME = 0x85eb_ca6b;

/** @param state - what identifies the record's state. The result goes into `into`: this runs twice for every write. */
export function digestRecord(key: Uint8Array, state: Uint8Array, into: Sum): void {
  let low = FNV_BASIS ^ key.length;
  let high = SECOND_BASIS;
  for (let index = 0; index < key.length; index++) {
    const byte = key[index] as number;
    low = Math.imul(low ^ byte, FNV_PRIME);
    high = Math.imul(high ^ byte, SECOND_PRIME) + (high >>> 15);
  }
  for (let index = 0; index < state.length; index++) {
    const byte = state[index] as number;
    low = Math.imul(low ^ byte, FNV_PRIME);
    high = Math.imul(high ^ byte, SECOND_PRIME) + (high >>> 15);
  }
  into[0] = finished(low ^ (high >>> 7));
  into[1] = finished(high ^ state.length);
}

function finished(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}

/** As a number that can be a key of a Set or a Map. */
export function wholeOf(sum: Sum): bigint {
  return BigInt.asUintN(64, (BigInt(sum[1] as number) << 32n) | BigInt((sum[0] as number) >>> 0));
}
