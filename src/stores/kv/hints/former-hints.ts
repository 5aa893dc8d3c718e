/** Hints as earlier versions kept them: under 0x05, the target, the storage key. A node that finds some at its start puts them where they belong. */
import { Reader } from '../../../runtime/bytes/index.ts';
import type { Engine, Operation, Range } from '../../../runtime/world/index.ts';
import { hintKey } from './hint-key.ts';

const FORMER_SPACE = 0x05;
const FORMER_HINTS: Range = { from: Uint8Array.of(FORMER_SPACE), to: Uint8Array.of(FORMER_SPACE + 1) };
/** Moved in one batch, so that none is ever in neither place. */
const BATCH = 256;

/** @throws MalformedBytes */
export function takeOverFormerHints(engine: Pick<Engine, 'range' | 'write'>): void {
  for (;;) {
    const entries = [...engine.range({ ...FORMER_HINTS, limit: BATCH })];
    if (entries.length === 0) return;
    const batch = entries.flatMap(({ key, value }): Operation[] => {
      const reader = new Reader(key);
      reader.u8();
      return [
        { key: hintKey(reader.ascii(), reader.rest()), value },
        { key, value: undefined },
      ];
    });
    // A failed engine tells everyone who writes; then they are still where they were.
    engine.write(batch, () => {});
  }
}
