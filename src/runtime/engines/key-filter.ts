/**
 * A set of keys that may say yes to a key it was never given (1 to 3 in a hundred), and never says no to one it was: a Bloom filter
 * whose bits for a key all lie in one line of the processor's cache (Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient
 * Bloom Filters", 2007, section 3.1). It grows by layers, each four times the one before, all of which are asked (Almeida, Baquero,
 * Preguiça and Hutchison, "Scalable Bloom Filters", 2007). Keys come as their hashes.
 *
 * A key that is removed elsewhere stays here, and costs a look in vain.
 */

/** A block is 64 bytes. */
const BLOCK_WORDS = 16;
/** 10.7 bits per key. */
const KEYS_PER_BLOCK = 48;
const FIRST_BLOCKS = 1024;
const GROWTH = 4;
/** The largest layer takes 64 MiB, for 50 million keys. What comes beyond that makes it say yes more often. */
const MOST_BLOCKS = 1 << 20;

interface Layer {
  readonly words: Int32Array;
  readonly blocks: number;
  keys: number;
}

export class KeyFilter {
  readonly #layers: Layer[] = [newLayer(FIRST_BLOCKS)];

  add(hash: number): void {
    // Written again and again, a key takes its room once.
    if (this.mayHold(hash)) return;
    let layer = this.#layers.at(-1) as Layer;
    if (layer.keys >= layer.blocks * KEYS_PER_BLOCK && layer.blocks < MOST_BLOCKS) {
      layer = newLayer(layer.blocks * GROWTH);
      this.#layers.push(layer);
    }
    layer.keys++;
    const { words } = layer;
    const from = blockOf(hash, layer);
    const bits = bitsOf(hash);
    for (let shift = 0; shift < 27; shift += 9) {
      const one = (bits >>> shift) & 0x1ff;
      const other = (Math.imul(bits, 0x27d4_eb2f) >>> (shift + 5)) & 0x1ff;
      words[from + (one >>> 5)] = (words[from + (one >>> 5)] as number) | (1 << (one & 31));
      words[from + (other >>> 5)] = (words[from + (other >>> 5)] as number) | (1 << (other & 31));
    }
  }

  mayHold(hash: number): boolean {
    for (const layer of this.#layers) if (mayHold(layer, hash)) return true;
    return false;
  }
}

function newLayer(blocks: number): Layer {
  return { words: new Int32Array(blocks * BLOCK_WORDS), blocks, keys: 0 };
}

function mayHold(layer: Layer, hash: number): boolean {
  const { words } = layer;
  const from = blockOf(hash, layer);
  const bits = bitsOf(hash);
  for (let shift = 0; shift < 27; shift += 9) {
    const one = (bits >>> shift) & 0x1ff;
    if (((words[from + (one >>> 5)] as number) & (1 << (one & 31))) === 0) return false;
    const other = (Math.imul(bits, 0x27d4_eb2f) >>> (shift + 5)) & 0x1ff;
    if (((words[from + (other >>> 5)] as number) & (1 << (other & 31))) === 0) return false;
  }
  return true;
}

/** Where its block begins. Multiplications by odd numbers mix upwards, so the high bits choose. */
function blockOf(hash: number, { blocks }: Layer): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return ((mixed ^ (mixed >>> 13)) & (blocks - 1)) * BLOCK_WORDS;
}

function bitsOf(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
