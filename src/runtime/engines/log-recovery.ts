/**
 * Reading a write-ahead log after the process that wrote it has ended, however it ended. What is found becomes the generations
 * again that it was: tables over the files, which stay as they are.
 */
import { Reader } from '../bytes/index.ts';
import { crc32 } from '../hash/index.ts';
import { dataDamaged } from './engine-errors.ts';
import type { Generation } from './generation.ts';
import type { LogFile } from './log-file.ts';
import { CHECKED_FROM, HEADER_BYTES, lengthAt, neededBytes } from './log-format.ts';
import { LogWindow } from './log-window.ts';

const FILES = 2;

export function logFilesOf(directory: string): readonly string[] {
  return Array.from({ length: FILES }, (_unused, index) => `${directory}/quorate.mdb.log-${index}`);
}

/** A generation that the log holds. Some of its operations may be in LMDB already: to move all of them again comes to the same. */
export interface Recovered {
  readonly generation: Generation;
  /** Of its last group. */
  readonly lastIndex: number;
}

/**
 * What LMDB may lack, oldest first: at most one per file.
 * @throws QuorateError `data-damaged` if a group is gone that was once durable; the file system's error.
 */
export function recoverLog(
  directory: string,
  files: readonly LogFile[],
  newGeneration: (number: number) => Generation,
): readonly Recovered[] {
  const found = files.map((file) => recoverFile(file, newGeneration));
  const last = Math.max(-1, ...found.map(({ number }) => number));
  for (const { number, stray } of found) {
    // Behind the end lie groups of the generation before the last one, which were overwritten from the front. A group of this
    // very generation, or of one newer than the other file's, was durable, and so was what should be before it.
    const isLost = number >= 0 ? stray === number : stray > last;
    if (isLost) throw dataDamaged(directory, `a group of generation ${stray} is missing from the write-ahead log`);
  }
  return found.flatMap(({ recovered }) => recovered ?? []).sort((a, b) => a.generation.number - b.generation.number);
}

interface LogFileContent {
  /** The generation's number; -1 if no group is whole. */
  readonly number: number;
  readonly recovered: Recovered | undefined;
  /** The newest generation of the whole groups behind the end; -1 if there are none. */
  readonly stray: number;
}

function recoverFile(file: LogFile, newGeneration: (number: number) => Generation): LogFileContent {
  const window = new LogWindow(file);
  let generation: Generation | undefined;
  let lastIndex = -1;
  let at = 0;
  for (;;) {
    const group = groupAt(window, at);
    if (group === undefined || group.index !== lastIndex + 1) break;
    if (generation !== undefined && generation.number !== group.generation) break;
    generation ??= newGeneration(group.generation);
    addOperations(generation, window, at + HEADER_BYTES, group.end);
    lastIndex++;
    at = group.end;
  }
  generation?.endLogged(at);
  const recovered = generation === undefined ? undefined : { generation, lastIndex };
  return { number: generation?.number ?? -1, recovered, stray: newestStray(window, at) };
}

/** The checksum has been found right. */
function addOperations(generation: Generation, window: LogWindow, from: number, to: number): void {
  const bytes = window.view(from, to - from) ?? new Uint8Array(0);
  for (let at = 0; at < bytes.length; ) {
    const length = neededBytes(bytes, at, bytes.length - at);
    const keyFrom = at + 2;
    generation.addLogged(bytes.subarray(keyFrom, keyFrom + lengthAt(bytes, at)), from + at, length);
    at += length;
  }
}

interface FoundGroup {
  readonly generation: number;
  readonly index: number;
  readonly end: number;
}

function groupAt(window: LogWindow, at: number): FoundGroup | undefined {
  const header = window.view(at, HEADER_BYTES);
  if (header === undefined || !mayBeHeader(header)) return undefined;
  const reader = new Reader(header);
  const length = reader.u32();
  const checksum = reader.u32();
  const [generation, index] = [reader.u48(), reader.u48()];
  const checked = length === 0 ? undefined : window.view(at + CHECKED_FROM, HEADER_BYTES - CHECKED_FROM + length);
  if (checked === undefined || crc32(checked) !== checksum) return undefined;
  return { generation, index, end: at + HEADER_BYTES + length };
}

/** A cheap look before anything is read or computed: neither generation nor index ever come near 2^32. */
function mayBeHeader(header: Uint8Array): boolean {
  return header[8] === 0 && header[9] === 0 && header[14] === 0 && header[15] === 0;
}

/** Whole groups at any offset from `from`. */
function newestStray(window: LogWindow, from: number): number {
  let newest = -1;
  for (let at = window.nextHeader(from); at < window.sizeBytes; ) {
    const group = groupAt(window, at);
    if (group !== undefined) newest = Math.max(newest, group.generation);
    at = window.nextHeader(group?.end ?? at + 1);
  }
  return newest;
}
