/** Bytes where only text can stand, in JSON and on a terminal: the same way at every door. */

/** Bytes that are UTF-8 as text, others in base64: one of the two fields. */
export type ShownBytes = { readonly text: string } | { readonly base64: string };

export function shownBytes(bytes: Uint8Array): ShownBytes {
  const text = asText(bytes);
  return text === undefined ? { base64: asBase64(bytes) } : { text };
}

/** A key in a listing: the text itself, or its bytes in base64. */
export function shownKey(key: Uint8Array): string | { readonly base64: string } {
  return asText(key) ?? { base64: asBase64(key) };
}

export function asBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function asText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
