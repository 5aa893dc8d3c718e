/**
 * The messages of an exchange, as bytes.
 *
 * | message | fields |
 * |---|---|
 * | a tree | replicas of its records 1, partition 2 |
 * | roots | count 2, then per tree: tree 3, root 8 |
 * | roots, answer | count 2, then per tree that differs: tree 3, root 8 |
 * | children | tree 3, count 1, node 4 each |
 * | children, answer | sum 8 each |
 * | difference | tree 3, count 2, then per leaf: leaf 4, count 4, digest 8 each |
 * | difference, answer | more 1, era in which the records were read 6, wanted: count 4, digest 8 each; records |
 * | push | tree 3, era in which the records were read 6, records |
 * | records | until the end: storage key 2+, checked record 4+ |
 *
 * Equal replicas: one `roots` each way for all partitions that they share.
 */
import { MalformedBytes, type Reader, type Writer } from '../../runtime/bytes/index.ts';
import { newSum, type Sum } from '../merkle/index.ts';
import { MAX_LEAVES, MAX_NODES } from './exchange.ts';

/** A partition's records of which there are this many replicas: buckets of different N have different homes. */
export interface TreeName {
  readonly n: number;
  readonly partition: number;
}

export interface Root extends TreeName {
  readonly root: Sum;
}

export interface LeafDigests {
  readonly leaf: number;
  readonly digests: readonly bigint[];
}

export interface TravellingRecord {
  readonly storageKey: Uint8Array;
  readonly checked: Uint8Array;
}

const MAX_TREES = 4_096;
const MAX_DIGESTS = 1 << 20;

export function encodeRoots(writer: Writer, roots: readonly Root[]): void {
  writer.u16(roots.length);
  for (const root of roots) {
    encodeTree(writer, root);
    encodeSum(writer, root.root);
  }
}

/** @throws MalformedBytes */
export function decodeRoots(reader: Reader): Root[] {
  const roots = times(limited(reader.u16(), MAX_TREES), () => ({
    ...decodeTree(reader),
    root: decodeSum(reader),
  }));
  reader.expectEnd();
  return roots;
}

export function encodeChildrenRequest(writer: Writer, tree: TreeName, nodes: readonly number[]): void {
  encodeTree(writer, tree);
  writer.u8(nodes.length);
  for (const node of nodes) writer.u32(node);
}

/** @param innerNodes - how many there are. @throws MalformedBytes */
export function decodeChildrenRequest(reader: Reader, innerNodes: number): { tree: TreeName; nodes: number[] } {
  const tree = decodeTree(reader);
  const nodes = times(limited(reader.u8(), MAX_NODES), () => below(reader.u32(), innerNodes));
  reader.expectEnd();
  return { tree, nodes };
}

/** @param sums - `undefined`: that leaf was written to a moment ago. */
export function encodeSums(writer: Writer, sums: readonly (Sum | undefined)[]): void {
  for (const sum of sums) {
    writer.u8(sum === undefined ? 0 : 1);
    if (sum !== undefined) encodeSum(writer, sum);
  }
}

/** @throws MalformedBytes */
export function decodeSums(reader: Reader): (Sum | undefined)[] {
  const sums: (Sum | undefined)[] = [];
  while (reader.remaining > 0) {
    const presence = reader.u8();
    if (presence > 1) throw new MalformedBytes(`a sum that is neither there nor not: ${presence}`);
    sums.push(presence === 1 ? decodeSum(reader) : undefined);
  }
  return sums;
}

export function encodeDifferenceRequest(writer: Writer, tree: TreeName, leaves: readonly LeafDigests[]): void {
  encodeTree(writer, tree);
  writer.u16(leaves.length);
  for (const { leaf, digests } of leaves) {
    writer.u32(leaf);
    encodeDigests(writer, digests);
  }
}

/** @param leaves - how many there are. @throws MalformedBytes */
export function decodeDifferenceRequest(reader: Reader, leaves: number): { tree: TreeName; leaves: LeafDigests[] } {
  const tree = decodeTree(reader);
  const asked = times(limited(reader.u16(), MAX_LEAVES), () => ({
    leaf: below(reader.u32(), leaves),
    digests: decodeDigests(reader),
  }));
  reader.expectEnd();
  return { tree, leaves: asked };
}

export interface DifferenceHead {
  readonly more: boolean;
  /** As in a replica's write: the sender's era when it read the records. */
  readonly readIn: number;
  readonly wanted: readonly bigint[];
}

/** The records follow: see {@link encodeRecord}. */
export function encodeDifferenceHead(writer: Writer, { more, readIn, wanted }: DifferenceHead): void {
  writer.u8(more ? 1 : 0).u48(readIn);
  encodeDigests(writer, wanted);
}

/** @throws MalformedBytes */
export function decodeDifferenceHead(reader: Reader): DifferenceHead {
  return { more: decodeBoolean(reader), readIn: reader.u48(), wanted: decodeDigests(reader) };
}

function encodeTree(writer: Writer, { n, partition }: TreeName): void {
  writer.u8(n).u16(partition);
}

function decodeTree(reader: Reader): TreeName {
  return { n: reader.u8(), partition: reader.u16() };
}

/** Before the records of a push. */
export function encodePushHead(writer: Writer, tree: TreeName, readIn: number): void {
  encodeTree(writer, tree);
  writer.u48(readIn);
}

/** @throws MalformedBytes */
export function decodePushHead(reader: Reader): { readonly tree: TreeName; readonly readIn: number } {
  return { tree: decodeTree(reader), readIn: reader.u48() };
}

export function encodeRecord(writer: Writer, { storageKey, checked }: TravellingRecord): void {
  writer.bytes16(storageKey).bytes32(checked);
}

/** All that is left. The bytes are views. @throws MalformedBytes */
export function decodeRecords(reader: Reader): TravellingRecord[] {
  const records: TravellingRecord[] = [];
  while (reader.remaining > 0) records.push({ storageKey: reader.bytes16(), checked: reader.bytes32() });
  return records;
}

function encodeSum(writer: Writer, sum: Sum): void {
  writer.u32(sum[1] as number).u32(sum[0] as number);
}

function decodeSum(reader: Reader): Sum {
  const sum = newSum();
  sum[1] = reader.u32();
  sum[0] = reader.u32();
  return sum;
}

function encodeDigests(writer: Writer, digests: readonly bigint[]): void {
  writer.u32(digests.length);
  for (const digest of digests) writer.u32(Number(digest >> 32n)).u32(Number(digest & 0xffff_ffffn));
}

function decodeDigests(reader: Reader): bigint[] {
  const count = limited(reader.u32(), MAX_DIGESTS);
  if (8 * count > reader.remaining) throw new MalformedBytes(`${count} digests announced, ${reader.remaining} bytes left`);
  return times(count, () => (BigInt(reader.u32()) << 32n) | BigInt(reader.u32()));
}

function decodeBoolean(reader: Reader): boolean {
  const byte = reader.u8();
  if (byte > 1) throw new MalformedBytes(`${byte} is neither yes nor no`);
  return byte === 1;
}

function limited(count: number, most: number): number {
  if (count > most) throw new MalformedBytes(`${count} announced, more than ${most}`);
  return count;
}

function below(value: number, bound: number): number {
  if (value >= bound) throw new MalformedBytes(`${value} is not below ${bound}`);
  return value;
}

function times<Item>(count: number, item: () => Item): Item[] {
  const items: Item[] = [];
  for (let index = 0; index < count; index++) items.push(item());
  return items;
}
