/** FNV-1a (Fowler, Noll, Vo) of 32 bits, with the high bits folded into the low ones, which choose the slot of a table. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < bytes.length; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x0100_0193);
  return hash ^ (hash >>> 15);
}
