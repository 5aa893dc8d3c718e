import type { Policy } from '../../../protocols/versions/index.ts';

/** A write that is held for another node. */
export interface Hint {
  readonly target: string;
  readonly storageKey: Uint8Array;
  readonly policy: Policy;
  readonly checkedRecord: Uint8Array;
}
