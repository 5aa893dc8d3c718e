/**
 * Where a hint lies in the engine: apart from this node's own records, all hints for one target together.
 *
 * | field | bytes |
 * |---|---|
 * | space: 0x05, hints | 1 |
 * | target | 1 + length |
 * | storage key of the record | the rest |
 */
import { Reader, Writer } from '../../../runtime/bytes/index.ts';

const HINT_SPACE = 0x05;

export function hintKey(target: string, storageKey: Uint8Array): Uint8Array {
  return new Writer(2 + target.length + storageKey.length).u8(HINT_SPACE).ascii(target).bytes(storageKey).copy();
}

/** @throws MalformedBytes */
export function parseHintKey(key: Uint8Array): { readonly target: string; readonly storageKey: Uint8Array } {
  const reader = new Reader(key);
  reader.u8();
  return { target: reader.ascii(), storageKey: reader.rest() };
}

/** Of one target, from `after` on (excluded) if given. */
export function hintsFor(target: string, after?: Uint8Array): { readonly from: Uint8Array; readonly to: Uint8Array } {
  const writer = new Writer(64).u8(HINT_SPACE).ascii(target);
  const prefix = writer.copy();
  return { from: after === undefined ? prefix : writer.bytes(after).u8(0).copy(), to: endOfTarget(prefix) };
}

/** All of those behind a target's; of all targets without one. */
export function hintsBehind(target?: string): { readonly from: Uint8Array; readonly to: Uint8Array } {
  const from = target === undefined ? Uint8Array.of(HINT_SPACE) : hintsFor(target).to;
  return { from, to: Uint8Array.of(HINT_SPACE + 1) };
}

/** Storage keys begin with a byte below 0xff. */
function endOfTarget(prefix: Uint8Array): Uint8Array {
  return Uint8Array.of(...prefix, 0xff);
}
