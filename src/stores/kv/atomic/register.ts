/** A record of an atomic bucket as a version of a register. */
import { processId } from '../../../protocols/process/index.ts';
import type { Version } from '../../../protocols/register/index.ts';
import { MalformedBytes } from '../../../runtime/bytes/index.ts';
import { decodeChecked } from '../replica/index.ts';

export interface Register {
  /** `undefined`: never written. */
  readonly checked: Uint8Array | undefined;
  readonly counter: number;
  readonly actor: number;
}

/** @returns `undefined` for what is no register: several versions, or none, or another form. */
export function registerOf(checked: Uint8Array | undefined): Register | undefined {
  if (checked === undefined) return { checked, counter: 0, actor: 0 };
  try {
    const [version, ...others] = decodeChecked(checked).versions;
    if (version === undefined || others.length > 0) return undefined;
    return { checked, counter: version.timestamp, actor: version.dot.actor };
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}

/** An actor is one life of a node and gives no counter twice, so the two together name one write. */
export function versionOf(register: Register): Version<Register> {
  return { timestamp: { counter: register.counter, process: processId(register.actor) }, value: register };
}
