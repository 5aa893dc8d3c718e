/**
 * Copies for what outlives a frame or a call of an engine. Not `bytes.slice()`: sockets and engines hand out Node's Buffers,
 * whose `slice` is a view, and a view of 20 bytes keeps the whole chunk it was read with alive.
 *
 * Short copies share a pool, since an allocation of its own costs several times what the copy does. A pool is never used again:
 * once all of its copies are dropped, it is garbage like them.
 */
const POOL_BYTES = 8192;
const POOLED_BYTES_MAX = 2048;

let pool = new Uint8Array(POOL_BYTES);
let used = 0;

/** Bytes of their own with the same content. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  if (length > POOLED_BYTES_MAX) return new Uint8Array(bytes);
  if (used + length > POOL_BYTES) {
    pool = new Uint8Array(POOL_BYTES);
    used = 0;
  }
  const copy = pool.subarray(used, used + length);
  copy.set(bytes);
  used += length;
  return copy;
}
