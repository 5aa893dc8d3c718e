/**
 * A TCP proxy between two processes that can hold back, delay and slow down each direction: the network's faults for a machine on
 * which nobody may touch the network. What is held back is not lost, as TCP would send it again; the ends only notice silence.
 */
import { createServer, type Server, Socket } from 'node:net';
import { type DirectionState, Pump } from './pump.ts';

/** From the one who dialled to the one who listens, and back. */
export type Way = 'forward' | 'backward';

const CALM: DirectionState = { blocked: false, delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };
const HOST = '127.0.0.1';

export class FaultProxy {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #state: Record<Way, DirectionState> = { forward: CALM, backward: CALM };
  readonly #pumps: Record<Way, Set<Pump>> = { forward: new Set(), backward: new Set() };
  readonly #sockets = new Set<Socket>();

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Listen on a port of the loopback interface for connections to another. @throws Error when the port is taken. */
  static async open(port: number, targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(port, HOST, resolve);
    });
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** For the connections there are and those to come. What is left out becomes calm. */
  set(way: Way, faults: Partial<DirectionState>): void {
    const state = { ...CALM, ...faults };
    this.#state[way] = state;
    for (const pump of this.#pumps[way]) pump.set(state);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(near: Socket): void {
    const far = new Socket({ allowHalfOpen: true });
    far.connect(this.#targetPort, HOST);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      // The end that failed is closed; the pump tells the other one, when it may.
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
    }
    this.#pump('forward', near, far);
    this.#pump('backward', far, near);
  }

  #pump(way: Way, from: Socket, to: Socket): void {
    const pump = new Pump(from, to, this.#state[way]);
    this.#pumps[way].add(pump);
    to.once('close', () => {
      pump.stop();
      this.#pumps[way].delete(pump);
    });
  }
}
