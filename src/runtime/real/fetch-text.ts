/** A small text from a web server. */
import { QuorateError } from '../errors/index.ts';

const TIMEOUT_MS = 5_000;

/** @param maxBytes - a longer answer is refused. @throws QuorateError `url-not-readable` */
export async function fetchText(url: string, maxBytes: number): Promise<string> {
  let problem: string;
  let cause: unknown;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const bytes = response.ok ? await firstBytes(response, maxBytes) : new Uint8Array();
    if (response.ok && bytes.length <= maxBytes) return new TextDecoder().decode(bytes);
    problem = response.ok ? `it has more than ${maxBytes} bytes` : `the answer is ${response.status}`;
  } catch (error) {
    cause = error;
    problem = error instanceof Error ? rootOf(error).message : String(error);
  }
  throw new QuorateError(
    {
      code: 'url-not-readable',
      message: `${url} cannot be read: ${problem}.`,
      outcome: 'not-applied',
      next: 'Correct the address, or see to it that it is served.',
      data: { url },
    },
    { cause },
  );
}

async function firstBytes(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

/** "fetch failed" says nothing; what it was caused by does. */
function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}
