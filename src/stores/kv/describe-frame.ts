/** A frame of the store in words, for the trace of a simulation. Read from outside: bytes that make no sense are shown as such. */
import { MalformedBytes, Reader } from '../../runtime/bytes/index.ts';
import { HINT_KIND } from './hints/index.ts';
import { decodeError, decodePassedOn, decodeReplicaWrite, decodeRequest, KIND } from './messages/index.ts';
import { parseStorageKey } from './storage-key.ts';

interface Frame {
  readonly kind: number;
  readonly correlation: number;
  readonly body: Uint8Array;
}

const NAMES = new Map<number, string>(
  Object.entries({ ...KIND, holdHint: HINT_KIND.hold, findHint: HINT_KIND.find }).map(([name, kind]) => [
    kind,
    name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`),
  ]),
);
const decoder = new TextDecoder();

/** `change put plain/key0 #7`, `replica write plain/key0 #3, 71 bytes`, `error #7: ...` */
export function describeKvFrame({ kind, correlation, body }: Frame): string {
  const name = NAMES.get(kind) ?? `0x${kind.toString(16)}`;
  try {
    return `${name}${details(kind, new Reader(body.slice()))} #${correlation}, ${body.length} bytes`;
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return `${name} #${correlation}, ${body.length} bytes, malformed: ${error.message}`;
  }
}

function details(kind: number, reader: Reader): string {
  switch (kind) {
    case KIND.get:
    case KIND.change: {
      const { request, arrival } = decodeRequest(kind, reader);
      const what = request.kind === 'change' ? ` ${request.change.kind}` : '';
      const where =
        request.kind === 'get' || request.kind === 'change' ? ` ${request.bucket}/${decoder.decode(request.key)}` : '';
      return `${what}${where}${arrival === 'direct' ? '' : ` (${arrival})`}`;
    }
    case KIND.passedOn: {
      const { coordinator, ringVersion } = decodePassedOn(reader);
      return ` to ${coordinator}, ring ${ringVersion}`;
    }
    case KIND.replicaWrite: {
      const { bucket, key } = parseStorageKey(decodeReplicaWrite(reader).storageKey);
      return ` ${bucket}/${decoder.decode(key)}`;
    }
    case HINT_KIND.hold: {
      const target = reader.ascii();
      const { bucket, key } = parseStorageKey(decodeReplicaWrite(reader).storageKey);
      return ` ${bucket}/${decoder.decode(key)} for ${target}`;
    }
    case KIND.error:
      return `: ${decodeError(reader).message}`;
    default:
      return '';
  }
}
