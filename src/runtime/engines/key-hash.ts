/** FNV-1a (Fowler, Noll, Vo), with the high bits folded into the low ones that choose the slot of a table. */
export function hashOf(key: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ (key[index] as number), 0x0100_0193);
  return hash ^ (hash >>> 15);
}
