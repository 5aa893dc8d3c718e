/**
 * A walk over the trees of LMDB's data file, for a file that is shorter than it should be: are all pages there that the trees lead
 * to? LMDB itself would find out by a bus error or a failed assertion, both of which end the process.
 *
 * The layout is LMDB's (`MDB_page`, `MDB_node`), little-endian: a page begins with a header of 24 bytes, flags at 18, twice its
 * number of nodes at 20 (for overflow pages, their count), and then the offsets of the nodes, counted from behind the header. A
 * node begins with 8 bytes: two of size or page number low, two of it high, two of flags or page number higher, two of key size.
 */
import { readSync } from 'node:fs';

const HEADER_BYTES = 24;
const NODE_BYTES = 8;
const IS_BRANCH = 0x01;
const IS_LEAF = 0x02;
/** The value is on overflow pages; in its place is the number of the first. */
const IS_OVERFLOW_NODE = 0x01;
/** The root of a tree that has no page. */
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
/** LMDB's own limit; a cycle in damaged data ends here at the latest. */
const GREATEST_DEPTH = 32;

export interface Extent {
  readonly sizeBytes: number;
  readonly pageBytes: number;
  readonly roots: readonly bigint[];
}

interface Place {
  readonly page: number;
  readonly depth: number;
}

export function isWhole(file: number, { sizeBytes, pageBytes, roots }: Extent): boolean {
  const pages = Math.floor(sizeBytes / pageBytes);
  const places: Place[] = roots.filter((root) => root !== NO_PAGE).map((root) => ({ page: Number(root), depth: 0 }));
  const bytes = new Uint8Array(pageBytes);
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    if (place.page >= pages || place.depth > GREATEST_DEPTH) return false;
    if (readSync(file, bytes, 0, pageBytes, place.page * pageBytes) !== pageBytes) return false;
    const children = childrenOf(bytes, pages);
    if (children === undefined) return false;
    for (const page of children) places.push({ page, depth: place.depth + 1 });
  }
  return true;
}

/** @returns the pages below, or `undefined` if the page is not one of a tree or leads out of the file. */
function childrenOf(bytes: Uint8Array, pages: number): number[] | undefined {
  const view = new DataView(bytes.buffer);
  const flags = view.getUint16(18, true);
  const nodes = view.getUint16(20, true) >>> 1;
  if (HEADER_BYTES + nodes * 2 > bytes.length || (flags & (IS_BRANCH | IS_LEAF)) === 0) return undefined;
  const children: number[] = [];
  for (let index = 0; index < nodes; index++) {
    const node = HEADER_BYTES + view.getUint16(HEADER_BYTES + index * 2, true);
    if (node + NODE_BYTES > bytes.length) return undefined;
    const low = view.getUint32(node, true);
    const high = view.getUint16(node + 4, true);
    if ((flags & IS_BRANCH) !== 0) children.push(high * 2 ** 32 + low);
    else if ((high & IS_OVERFLOW_NODE) !== 0) {
      const pointer = node + NODE_BYTES + view.getUint16(node + 6, true);
      if (pointer + 8 > bytes.length) return undefined;
      const first = Number(view.getBigUint64(pointer, true));
      if (first + Math.ceil((HEADER_BYTES + low) / bytes.length) > pages) return undefined;
    }
  }
  return children;
}
