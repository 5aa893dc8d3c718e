import { decodeRecord } from '../../src/protocols/versions/index.ts';
import { MalformedBytes } from '../../src/runtime/bytes/index.ts';
import type { NodeWorld } from '../../src/runtime/world/index.ts';
import type { StageOptions } from '../../src/verification/simulation/kv/index.ts';

const CLEAN_STOP_KEY = Uint8Array.from([0x00, ...new TextEncoder().encode('kv/clean-stop')]);

/** Riak's bug 679: after a crash the node comes back under the actor it had, though it may have lost that actor's writes. */
export const reuseActorAfterCrash: StageOptions = {
  onNodeStarted: (name, { engine }) => {
    const actor = Uint8Array.from([0, 0, 0, 0, 0, Number(name.slice(1)), 0, 0, 0, 0, 0, 0]);
    engine.write([{ key: CLEAN_STOP_KEY, value: actor }], () => {});
  },
};

const HINTS = { from: Uint8Array.of(0x06), to: Uint8Array.of(0x07) };

function forgetHints({ engine }: NodeWorld): void {
  const batch = [...engine.range(HINTS)].map(({ key }) => ({ key, value: undefined }));
  engine.write(batch, () => {});
}

/** What a node holds for others does not outlive its restart. */
export const hintsInMemoryOnly: StageOptions = { onNodeStarted: (_name, world) => forgetHints(world) };

/** A node that is down for longer than a second need not come back for what it missed: others give hints up after hours. */
export const hintsForAWhile: StageOptions = {
  onNodeStarted: (_name, world) => {
    const giveUp = (): void => {
      forgetHints(world);
      world.timers.after(1_000, giveUp);
    };
    giveUp();
  },
};

const RECORDS = { from: Uint8Array.of(0x01), to: Uint8Array.of(0x02) };
const CHECKSUM_BYTES = 4;

/** A node lets go of its tombstones after a while, whoever may not have them yet. */
export const tombstonesForAWhile: StageOptions = {
  onNodeStarted: (_name, { engine, timers }) => {
    const letGo = (): void => {
      const dead = [...engine.range(RECORDS)].filter(({ value }) => isDead(value));
      engine.write(
        dead.map(({ key }) => ({ key, value: undefined })),
        () => {},
      );
      timers.after(1_000, letGo);
    };
    letGo();
  },
};

function isDead(checked: Uint8Array): boolean {
  try {
    const { versions } = decodeRecord(checked.subarray(CHECKSUM_BYTES));
    return versions.length > 0 ? versions.every(({ deleted }) => deleted) : true;
  } catch (error) {
    // Bits of it have flipped.
    if (error instanceof MalformedBytes) return false;
    throw error;
  }
}
