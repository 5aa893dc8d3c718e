/** Who listens where. Each process is a machine of its own; addresses are the same when their texts are. */
import { invariant, QuorateError } from '../errors/index.ts';
import { formatTcpAddress, parseAddress } from '../transport/index.ts';
import type { Address, Hello, Link, LinkHandler } from '../world/index.ts';
import type { Owner } from './event-queue.ts';

export interface ListeningSocket {
  readonly address: Address;
  readonly owner: Owner;
  readonly hello: Hello;
  accept(link: Link): LinkHandler;
}

const FIRST_FREE_PORT = 32_768;

export class AddressBook {
  readonly #sockets = new Map<Address, ListeningSocket>();
  /** The process that listened there last: a crashed machine keeps its address. */
  readonly #holders = new Map<Address, string>();
  #nextFreePort = FIRST_FREE_PORT;

  /** @throws QuorateError `address-invalid`, `address-in-use`. */
  claim(address: Address, listening: Omit<ListeningSocket, 'address'>): ListeningSocket {
    const given = this.#withPort(address);
    const taken = this.#sockets.get(given);
    if (taken !== undefined) throw addressInUse(given, taken.owner.name);
    const socket = { address: given, ...listening };
    if (!listening.owner.alive) return socket;
    this.#sockets.set(given, socket);
    this.#holders.set(given, listening.owner.name);
    return socket;
  }

  find(address: Address): ListeningSocket | undefined {
    return this.#sockets.get(address);
  }

  /** The name of the process that listens there, or was the last one to. */
  holder(address: Address): string | undefined {
    return this.#holders.get(address);
  }

  release(socket: ListeningSocket): void {
    if (this.#sockets.get(socket.address) === socket) this.#sockets.delete(socket.address);
  }

  releaseAll(owner: Owner): void {
    for (const socket of this.#sockets.values()) if (socket.owner === owner) this.release(socket);
  }

  #withPort(address: Address): Address {
    const parsed = parseAddress(address);
    if (parsed.kind === 'unix' || parsed.port !== 0) return address;
    invariant(this.#nextFreePort < 65_536, 'the simulated network has run out of ports');
    return formatTcpAddress(parsed.host, this.#nextFreePort++);
  }
}

function addressInUse(address: Address, holder: string): QuorateError {
  return new QuorateError({
    code: 'address-in-use',
    message: `address '${address}' is in use: process '${holder}' listens there`,
    outcome: 'not-applied',
    next: 'Choose another address, or end the process that holds it.',
    data: { address },
  });
}
