/** The history on the disk, in the engine's meta space (0x00). A node that has one goes on with it, whatever its configuration says. */
import { decodeHistory, encodeHistory, type History } from '../../../protocols/membership/index.ts';
import { MalformedBytes } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Engine, OnDurable } from '../../../runtime/world/index.ts';

const HISTORY_KEY = Uint8Array.from([0x00, ...Buffer.from('kv/history')]);

/** @returns `undefined` as long as nothing was stored. @throws QuorateError `data-damaged` */
export function loadHistory(engine: Engine): History | undefined {
  const bytes = engine.get(HISTORY_KEY);
  if (bytes === undefined) return undefined;
  try {
    return decodeHistory(bytes);
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw new QuorateError(
      {
        code: 'data-damaged',
        message: `The membership history in the data directory is damaged: ${error.message}.`,
        outcome: 'not-applied',
        next: 'Restore the directory, or remove this node and join a new one in its place; nothing was changed.',
      },
      { cause: error },
    );
  }
}

export function storeHistory(engine: Engine, history: History, done: OnDurable): void {
  engine.write([{ key: HISTORY_KEY, value: encodeHistory(history) }], done);
}
