/** One direction of one connection through a proxy. */
import type { Socket } from 'node:net';

export interface DirectionState {
  /** Nothing passes, not even the end of the connection. */
  readonly blocked: boolean;
  readonly delayMs: number;
  readonly bytesPerSecond: number;
}

type Item = { readonly dueMs: number; readonly chunk: Uint8Array | 'end' | 'lost' };

const MOST_WAITING_BYTES = 1024 * 1024;

export class Pump {
  readonly #from: Socket;
  readonly #to: Socket;
  #state: DirectionState;
  #queue: Item[] = [];
  #waitingBytes = 0;
  /** Until when the slow line is busy with what it has taken. */
  #busyUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, state: DirectionState) {
    this.#from = from;
    this.#to = to;
    this.#state = state;
    from.on('data', (chunk) => this.#take(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
    from.once('end', () => this.#take('end'));
    from.once('close', () => this.#take('lost'));
    to.on('drain', () => this.#flow());
  }

  set(state: DirectionState): void {
    this.#state = state;
    this.#flow();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue = [];
    this.#from.destroy();
  }

  #take(chunk: Item['chunk']): void {
    const now = performance.now();
    if (chunk instanceof Uint8Array) {
      this.#waitingBytes += chunk.length;
      this.#busyUntilMs = Math.max(now, this.#busyUntilMs) + (1_000 * chunk.length) / this.#state.bytesPerSecond;
      if (this.#waitingBytes > MOST_WAITING_BYTES) this.#from.pause();
    }
    this.#queue.push({ dueMs: Math.max(now, this.#busyUntilMs) + this.#state.delayMs, chunk });
    this.#flow();
  }

  #flow(): void {
    clearTimeout(this.#timer);
    if (this.#state.blocked) return;
    for (let item = this.#queue[0]; item !== undefined; item = this.#queue[0]) {
      const waitMs = item.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#flow(), Math.ceil(waitMs));
        return;
      }
      if (this.#to.writableNeedDrain) return;
      this.#queue.shift();
      this.#pass(item.chunk);
    }
    if (!this.#from.destroyed) this.#from.resume();
  }

  #pass(chunk: Item['chunk']): void {
    if (chunk === 'end') this.#to.end();
    else if (chunk === 'lost') this.#to.destroySoon();
    else {
      this.#waitingBytes -= chunk.length;
      this.#to.write(chunk);
    }
  }
}
