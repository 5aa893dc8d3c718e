/**
 * One file that only grows, written with O_DSYNC: no put can be durable for less than its share of a sequential write. The values
 * are in memory too, so this is no store one would run: it tells the cost of a put apart from the cost of LMDB's pages.
 */
import { constants, mkdirSync, openSync, write } from 'node:fs';
import { join } from 'node:path';
import type { Storage } from './storage.ts';

/** More than gathers while the disk stands still for a second. */
const GROUP_BYTES = 16 << 20;

export function openLogStorage(directory: string): Storage {
  mkdirSync(directory, { recursive: true });
  const file = openSync(join(directory, 'log'), constants.O_WRONLY | constants.O_CREAT | constants.O_DSYNC);
  const values = new Map<string, Buffer>();
  let filling = Buffer.allocUnsafeSlow(GROUP_BYTES);
  let emptied = Buffer.allocUnsafeSlow(GROUP_BYTES);
  let length = 0;
  let callbacks: (() => void)[] = [];
  let isUnderWay = false;

  const writeGroup = (): void => {
    if (length === 0) {
      isUnderWay = false;
      return;
    }
    const [group, groupLength, groupCallbacks] = [filling, length, callbacks];
    [filling, emptied] = [emptied, filling];
    [length, callbacks] = [0, []];
    write(file, group, 0, groupLength, null, (error, written) => {
      if (error !== null) throw error;
      if (written !== groupLength) throw new Error(`${written} of ${groupLength} bytes written`);
      for (const callback of groupCallbacks) callback();
      writeGroup();
    });
  };

  return {
    put(input, start, end, onDurable) {
      if (length + end - start > GROUP_BYTES) throw new RangeError('more puts at a time than a group holds');
      length += input.copy(filling, length, start, end);
      callbacks.push(onDurable);
      const keyEnd = start + 2 + input.readUInt16BE(start);
      values.set(input.toString('latin1', start + 2, keyEnd), Buffer.from(input.subarray(keyEnd, end)));
      if (isUnderWay) return;
      isUnderWay = true;
      // At the end of the turn: all its puts in one write.
      setImmediate(writeGroup);
    },
    get: (input, start, end) => values.get(input.toString('latin1', start, end)),
  };
}
