/**
 * A look at LMDB's data file before LMDB sees it: the driver dies of a segmentation fault when it is given a file of something
 * else, and of a bus error when it reads behind the end of a truncated one. (Both tried with version 3.5.6.)
 *
 * What is read here are the two meta pages at the start of the file, one page apart, little-endian, in the layout of LMDB's
 * `MDB_meta` (data version 2, 64 bits):
 *
 *   offset  size
 *       24     4  magic
 *       28     4  version of the data format
 *       48     4  page size
 *       88     8  root page of the tree of free pages
 *      136     8  root page of the tree of entries
 *      144     8  number of the last page in use
 *      152     8  number of the transaction; the meta page with the larger one counts
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isWhole } from './data-file-tree.ts';

const MAGIC = 0xbeef_c0de;
const DATA_VERSION = 2;
const META_BYTES = 160;
const LEAST_PAGE_BYTES = 256;
const LARGEST_PAGE_BYTES = 0x10000;

export type DataFile =
  /** There is none, or nothing was ever written to it. */
  { readonly state: 'new' } | { readonly state: 'damaged'; readonly reason: string } | { readonly state: 'readable' };

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
  /** Root pages of the tree of free pages and of the tree of entries. */
  readonly roots: readonly bigint[];
}

/** @throws the file system's error when the file cannot be read. */
export function inspectDataFile(path: string): DataFile {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { state: 'new' };
    throw error;
  }
  try {
    return inspect(file, path);
  } finally {
    closeSync(file);
  }
}

function inspect(file: number, path: string): DataFile {
  const sizeBytes = fstatSync(file).size;
  if (sizeBytes === 0) return { state: 'new' };
  const first = readMeta(file, 0);
  const second = first === undefined ? undefined : readMeta(file, first.pageBytes);
  if (first === undefined || second === undefined || first.pageBytes !== second.pageBytes) {
    return { state: 'damaged', reason: `'${path}' does not begin like a data file` };
  }
  const { lastPage, pageBytes, roots } = first.transaction >= second.transaction ? first : second;
  const expectedBytes = (lastPage + 1) * pageBytes;
  // Pages that were taken and given back in one transaction are never written, so a short file may still be whole.
  if (sizeBytes >= expectedBytes || isWhole(file, { sizeBytes, pageBytes, roots })) return { state: 'readable' };
  return { state: 'damaged', reason: `'${path}' has ${sizeBytes} bytes of ${expectedBytes}` };
}

function readMeta(file: number, position: number): Meta | undefined {
  const bytes = new Uint8Array(META_BYTES);
  if (readSync(file, bytes, 0, META_BYTES, position) !== META_BYTES) return undefined;
  const view = new DataView(bytes.buffer);
  if (view.getUint32(24, true) !== MAGIC || view.getUint32(28, true) !== DATA_VERSION) return undefined;
  const pageBytes = view.getUint32(48, true);
  const isPowerOfTwo = (pageBytes & (pageBytes - 1)) === 0;
  if (pageBytes < LEAST_PAGE_BYTES || pageBytes > LARGEST_PAGE_BYTES || !isPowerOfTwo) return undefined;
  const lastPage = Number(view.getBigUint64(144, true));
  if (!Number.isSafeInteger(lastPage * pageBytes)) return undefined;
  const roots = [view.getBigUint64(88, true), view.getBigUint64(136, true)];
  return { pageBytes, lastPage, transaction: view.getBigUint64(152, true), roots };
}
