/**
 * One of three processes of the floor: N=3, W=2 with fsync, R=2, and nothing else: no versions, no ring, no merge, no checks. A put
 * is stored here and sent to both others at once, answered at the second durable copy; a get reads here and at one other.
 *
 * Usage: node node.ts <index> <directory> <port> <port> <port>
 */
import { connect, createServer } from 'node:net';
import { open } from 'lmdb';
import { Connection, KIND } from './frames.ts';

const [index = '0', directory = '', ...ports] = process.argv.slice(2);
const own = Number(index);
const NOTHING = Buffer.alloc(0);
const W = 2;

// Durable commits as in the product, see src/runtime/engines/lmdb-engine.ts.
const database = open<Buffer, Buffer>({ path: directory, keyEncoding: 'binary', encoding: 'binary', overlappingSync: false });
const peers: Connection[] = [];
const pending = new Map<number, (body: Buffer) => void>();
let nextId = 1;

/** The driver gives all puts of a commit one promise: one reaction for all of them. */
let group: { readonly promise: Promise<boolean>; readonly done: (() => void)[] } | undefined;

function store(body: Buffer, done: () => void): void {
  const keyLength = body.readUInt16BE(0);
  const promise = database.put(Buffer.from(body.subarray(2, 2 + keyLength)), Buffer.from(body.subarray(2 + keyLength)));
  if (group?.promise !== promise) {
    const opened = { promise, done: [] as (() => void)[] };
    group = opened;
    void promise.then(() => {
      for (const each of opened.done) each();
    });
  }
  group.done.push(done);
}

function ask(peer: Connection | undefined, kind: number, body: Buffer, onReply: (body: Buffer) => void): void {
  const id = nextId++ >>> 0;
  pending.set(id, onReply);
  peer?.send(kind, id, body);
}

function onFrame(connection: Connection, kind: number, id: number, body: Buffer): void {
  switch (kind) {
    case KIND.put: {
      let stored = 0;
      const onStored = (): void => {
        if (++stored === W) connection.send(KIND.reply, id, NOTHING);
      };
      store(body, onStored);
      for (const peer of peers) ask(peer, KIND.store, body, onStored);
      return;
    }
    case KIND.store:
      store(body, () => connection.send(KIND.reply, id, NOTHING));
      return;
    case KIND.get: {
      const found = database.getBinaryFast(body);
      const value = found === undefined ? NOTHING : Buffer.from(found.subarray(0, found.length));
      ask(peers[id & 1], KIND.read, body, () => connection.send(KIND.reply, id, value));
      return;
    }
    case KIND.read: {
      const found = database.getBinaryFast(body);
      connection.send(KIND.reply, id, found === undefined ? NOTHING : found.subarray(0, found.length));
      return;
    }
    case KIND.reply: {
      const onReply = pending.get(id);
      pending.delete(id);
      onReply?.(body);
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
