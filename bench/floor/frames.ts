/**
 * The least a wire can be: u32 length, u8 kind, u32 id, body. No checks, no handshake, no limits: the floor measures what Node,
 * loopback and a disk allow, not what one would run.
 */
import type { Socket } from 'node:net';

export const KIND = { put: 1, get: 2, store: 3, read: 4, reply: 5 } as const;

const HEADER_BYTES = 9;
const BUFFER_BYTES = 1 << 16;

/** The body is `input` from `start` to `end`. It stays as it is: a chunk is never read into twice. */
export type OnFrame = (connection: Connection, kind: number, id: number, input: Buffer, start: number, end: number) => void;

export class Connection {
  readonly #socket: Socket;
  readonly #onFrame: OnFrame;
  #output = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #length = 0;
  #scheduled = false;
  /** The beginning of a frame whose rest has not come yet. */
  #rest: Buffer | undefined;

  constructor(socket: Socket, onFrame: OnFrame, onClose?: () => void) {
    this.#socket = socket;
    this.#onFrame = onFrame;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    if (onClose !== undefined) socket.on('close', onClose);
  }

  /** All frames of one turn leave in one write. The body is copied at once. */
  send(kind: number, id: number, body: Buffer, start: number, end: number): void {
    const size = HEADER_BYTES + end - start;
    if (this.#length + size > BUFFER_BYTES) this.#flush();
    const output = this.#output;
    const at = this.#length;
    output.writeUInt32BE(size - 4, at);
    output[at + 4] = kind;
    output.writeUInt32BE(id, at + 5);
    if (end > start) body.copy(output, at + HEADER_BYTES, start, end);
    this.#length = at + size;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#endOfTurn);
  }

  end(): void {
    this.#socket.destroy();
  }

  readonly #endOfTurn = (): void => {
    this.#scheduled = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#length === 0) return;
    this.#socket.write(this.#output.subarray(0, this.#length));
    this.#length = 0;
    // What the kernel took at once can be written over; what waits in the socket cannot.
    if (this.#socket.writableLength > 0) this.#output = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  #receive(chunk: Buffer): void {
    const input = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const { length } = input;
    let at = 0;
    while (length - at >= HEADER_BYTES) {
      const end = at + 4 + input.readUInt32BE(at);
      if (end > length) break;
      this.#onFrame(this, input[at + 4] as number, input.readUInt32BE(at + 5), input, at + HEADER_BYTES, end);
      at = end;
    }
    this.#rest = at < length ? input.subarray(at) : undefined;
  }
}
