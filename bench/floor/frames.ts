/**
 * The least a wire can be: u32 length, u8 kind, u32 id, body. No checks, no handshake, no limits: the floor measures what Node,
 * loopback and LMDB allow, not what one would run.
 */
import type { Socket } from 'node:net';

export const KIND = { put: 1, get: 2, store: 3, read: 4, reply: 5 } as const;
const HEADER_BYTES = 9;
const BUFFER_BYTES = 1 << 16;

export type OnFrame = (connection: Connection, kind: number, id: number, body: Buffer) => void;

export class Connection {
  readonly #socket: Socket;
  readonly #onFrame: OnFrame;
  #output = Buffer.allocUnsafe(BUFFER_BYTES);
  #length = 0;
  #scheduled = false;
  #rest: Buffer | undefined;

  constructor(socket: Socket, onFrame: OnFrame) {
    this.#socket = socket;
    this.#onFrame = onFrame;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
  }

  /** All frames of one turn leave in one write. */
  send(kind: number, id: number, body: Uint8Array): void {
    const size = HEADER_BYTES + body.length;
    if (this.#length + size > BUFFER_BYTES) this.#flush();
    const output = this.#output;
    const at = this.#length;
    output.writeUInt32BE(size - 4, at);
    output[at + 4] = kind;
    output.writeUInt32BE(id, at + 5);
    output.set(body, at + HEADER_BYTES);
    this.#length = at + size;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  #flush(): void {
    if (this.#length === 0) return;
    this.#socket.write(this.#output.subarray(0, this.#length));
    this.#output = Buffer.allocUnsafe(BUFFER_BYTES);
    this.#length = 0;
  }

  #receive(chunk: Buffer): void {
    const input = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = 0;
    while (input.length - at >= 4) {
      const size = input.readUInt32BE(at);
      if (input.length - at - 4 < size) break;
      this.#onFrame(this, input[at + 4] as number, input.readUInt32BE(at + 5), input.subarray(at + HEADER_BYTES, at + 4 + size));
      at += 4 + size;
    }
    if (at < input.length) this.#rest = input.subarray(at);
  }
}
