import { MalformedBytes } from '../../../runtime/bytes/index.ts';

const text = new TextDecoder('utf-8', { fatal: true });

/** @throws MalformedBytes unless the bytes are UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return text.decode(bytes);
  } catch (error) {
    throw new MalformedBytes(`not UTF-8: ${String(error)}`);
  }
}
