import type { StageOptions } from '../../src/verification/simulation/kv/index.ts';

const CLEAN_STOP_KEY = Uint8Array.from([0x00, ...new TextEncoder().encode('kv/clean-stop')]);

/** Riak's bug 679: after a crash the node comes back under the actor it had, though it may have lost that actor's writes. */
export const reuseActorAfterCrash: StageOptions = {
  onNodeStarted: (name, { engine }) => {
    const actor = Uint8Array.from([0, 0, 0, 0, 0, Number(name.slice(1)), 0, 0, 0, 0, 0, 0]);
    engine.write([{ key: CLEAN_STOP_KEY, value: actor }], () => {});
  },
};
