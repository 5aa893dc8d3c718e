/**
 * One of three processes of the floor: N=3, W=2 with fsync, R=2, and nothing else: no versions, no ring, no merge, no checks. A put
 * is stored here and sent to both others at once, answered at the second durable copy; a get reads here and at one other.
 *
 * Usage: node node.ts <index> <lmdb|log> <directory> <port> <port> <port>
 */
import { connect, createServer } from 'node:net';
import { Connection, KIND } from './frames.ts';
import { openLmdbStorage } from './lmdb-storage.ts';
import { openLogStorage } from './log-storage.ts';

const [index = '0', storageName = '', directory = '', ...ports] = process.argv.slice(2);
const own = Number(index);
const NOTHING = Buffer.alloc(0);
const W = 2;

const storage = storageName === 'log' ? openLogStorage(directory) : openLmdbStorage(directory);
const peers: Connection[] = [];

/** By id, modulo its length: more than are ever under way. */
const pending: ((() => void) | undefined)[] = new Array<undefined>(1 << 16).fill(undefined);
let nextId = 0;

function ask(peer: Connection | undefined, kind: number, input: Buffer, start: number, end: number, onReply: () => void): void {
  nextId = (nextId + 1) & (pending.length - 1);
  pending[nextId] = onReply;
  peer?.send(kind, nextId, input, start, end);
}

function answer(connection: Connection, id: number, value: Buffer | undefined): void {
  connection.send(KIND.reply, id, value ?? NOTHING, 0, value?.length ?? 0);
}

function onFrame(connection: Connection, kind: number, id: number, input: Buffer, start: number, end: number): void {
  switch (kind) {
    case KIND.put: {
      let stored = 0;
      const onStored = (): void => {
        if (++stored === W) answer(connection, id, undefined);
      };
      storage.put(input, start, end, onStored);
      for (const peer of peers) ask(peer, KIND.store, input, start, end, onStored);
      return;
    }
    case KIND.store:
      storage.put(input, start, end, () => answer(connection, id, undefined));
      return;
    case KIND.get:
      // Read here when the other has answered: the value need not be kept meanwhile.
      ask(peers[id & 1], KIND.read, input, start, end, () => answer(connection, id, storage.get(input, start, end)));
      return;
    case KIND.read:
      answer(connection, id, storage.get(input, start, end));
      return;
    case KIND.reply: {
      const onReply = pending[id];
      pending[id] = undefined;
      onReply?.();
    }
  }
}

createServer((socket) => new Connection(socket, onFrame)).listen(Number(ports[own]), '127.0.0.1', () => console.log('listening'));
process.once('SIGUSR2', () => {
  for (const [other, port] of ports.entries()) {
    if (other !== own) peers.push(new Connection(connect(Number(port), '127.0.0.1'), onFrame));
  }
  console.log('connected');
});
