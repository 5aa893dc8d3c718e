/** Reading a write-ahead log after the process that wrote it has ended, however it ended. */
import { readFileSync } from 'node:fs';
import { Reader } from '../bytes/index.ts';
import { crc32 } from '../hash/index.ts';
import type { Operation } from './engine.ts';
import { dataDamaged } from './engine-errors.ts';
import { CHECKED_FROM, HEADER_BYTES } from './log-format.ts';

const FILES = 2;

export function logFilesOf(directory: string): readonly string[] {
  return Array.from({ length: FILES }, (_unused, index) => `${directory}/quorate.mdb.log-${index}`);
}

/** What LMDB may lack, oldest first. */
export interface Recovered {
  readonly operations: readonly Operation[];
  /** The first generation that may be used from now on. */
  readonly nextGeneration: number;
}

/**
 * The operations of both files, in the order they were written. Some may be in LMDB already: to apply all of them again in order
 * comes to the same.
 * @throws QuorateError `data-damaged` if a group is gone that was once durable.
 */
export function recoverLog(directory: string): Recovered {
  const files = logFilesOf(directory).map(readLogFile);
  const begun = files.filter((file) => file.generation >= 0);
  const last = Math.max(-1, ...begun.map((file) => file.generation));
  for (const { generation, stray } of files) {
    // Behind the end lie groups of the generation before the last one, which were overwritten from the front. A group of this
    // very generation, or of one newer than the other file's, was durable, and so was what should be before it.
    const isLost = generation >= 0 ? stray === generation : stray > last;
    if (isLost) throw dataDamaged(directory, `a group of generation ${stray} is missing from the write-ahead log`);
  }
  const operations = begun.sort((a, b) => a.generation - b.generation).flatMap((file) => file.operations);
  return { operations, nextGeneration: last + 1 };
}

interface LogFile {
  /** -1 if no group is whole. */
  readonly generation: number;
  readonly operations: readonly Operation[];
  /** The newest generation of the whole groups behind the end; -1 if there are none. */
  readonly stray: number;
}

function readLogFile(path: string): LogFile {
  const bytes = contentOf(path);
  let generation = -1;
  const operations: Operation[] = [];
  let at = 0;
  for (let index = 0; ; index++) {
    const group = groupAt(bytes, at);
    if (group === undefined || group.index !== index || (generation >= 0 && group.generation !== generation)) break;
    generation = group.generation;
    for (const operation of operationsIn(bytes.subarray(at + HEADER_BYTES, group.end))) operations.push(operation);
    at = group.end;
  }
  return { generation, operations, stray: newestStray(bytes, at) };
}

function contentOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Uint8Array(0);
    throw error;
  }
}

interface FoundGroup {
  readonly generation: number;
  readonly index: number;
  readonly end: number;
}

function groupAt(bytes: Uint8Array, at: number): FoundGroup | undefined {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const reader = new Reader(bytes, at);
  const end = at + HEADER_BYTES + reader.u32();
  const checksum = reader.u32();
  if (end <= at + HEADER_BYTES || end > bytes.length) return undefined;
  if (crc32(bytes.subarray(at + CHECKED_FROM, end)) !== checksum) return undefined;
  return { generation: reader.u48(), index: reader.u48(), end };
}

/** Whole groups at any offset from `from`. */
function newestStray(bytes: Uint8Array, from: number): number {
  let newest = -1;
  for (let at = from; at + HEADER_BYTES <= bytes.length; ) {
    const group = mayBeGroup(bytes, at) ? groupAt(bytes, at) : undefined;
    if (group !== undefined) newest = Math.max(newest, group.generation);
    at = group?.end ?? at + 1;
  }
  return newest;
}

/** A cheap look before the checksum is computed: neither generation nor index ever come near 2^40. */
function mayBeGroup(bytes: Uint8Array, at: number): boolean {
  return bytes[at + CHECKED_FROM] === 0 && bytes[at + CHECKED_FROM + 6] === 0;
}

function operationsIn(bytes: Uint8Array): Operation[] {
  const reader = new Reader(bytes);
  const operations: Operation[] = [];
  while (reader.remaining > 0) {
    const key = reader.bytes16();
    operations.push({ key, value: reader.u8() === 0 ? undefined : reader.bytes32() });
  }
  return operations;
}
