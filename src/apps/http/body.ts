/** Bodies, never longer in memory than the limit says. */
import { QuorateError } from '../../runtime/errors/index.ts';
import { badRequest } from './problem.ts';

const NO_BYTES = new Uint8Array(0);

/** @throws QuorateError `too-large`: before reading if the request announces it, else as soon as it is. */
export async function readBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  const announced = request.headers.get('content-length');
  if (announced !== null) {
    const sizeBytes = Number(announced);
    if (sizeBytes > limitBytes) throw bodyTooLarge(`${sizeBytes}`, limitBytes);
    return new Uint8Array(await request.arrayBuffer());
  }
  if (request.body === null) return NO_BYTES;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw bodyTooLarge(`more than ${limitBytes}`, limitBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] ?? NO_BYTES) : Buffer.concat(chunks, sizeBytes);
}

/** @throws QuorateError `bad-request` unless the body is one JSON object. */
export async function readJsonObject(request: Request, limitBytes: number): Promise<Readonly<Record<string, unknown>>> {
  const text = Buffer.from(await readBody(request, limitBytes)).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badRequest(
      `has a body that is not JSON (${cause instanceof Error ? cause.message.replace(/\s+/g, ' ') : String(cause)})`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badRequest('has a body that is no JSON object');
  return { ...value };
}

function bodyTooLarge(size: string, limitBytes: number): QuorateError {
  return new QuorateError({
    code: 'too-large',
    message: `The body has ${size} bytes; the limit is ${limitBytes}.`,
    outcome: 'not-applied',
    next: 'Split the value over several keys, or raise the limit of the cluster.',
    data: { what: 'value', limitBytes },
  });
}
