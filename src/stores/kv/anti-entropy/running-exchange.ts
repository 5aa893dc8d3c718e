/** One exchange under way: the hands of `protocols/anti-entropy`. Each request is a slice of background work. */
import {
  beginExchange,
  decodeDifferenceHead,
  decodeRecords,
  decodeSums,
  type Exchange,
  type ExchangeEffects,
  encodeChildrenRequest,
  encodeDifferenceRequest,
  encodePushHead,
  encodeRecord,
  newExchange,
  onChildren,
  onDifference,
  onExchangeFailed,
  onPushed,
  type Root,
  type TreeName,
} from '../../../protocols/anti-entropy/index.ts';
import { copyBytes, Reader } from '../../../runtime/bytes/index.ts';
import type { Peer, WriteBody } from '../../../runtime/transport/index.ts';
import type { FrameKind } from '../../../runtime/world/index.ts';
import { tellEra } from '../replica/index.ts';
import { FRAME } from './frames.ts';
import type { LeafRecord } from './leaf-reader.ts';
import { askPartner } from './partner.ts';
import { type AntiEntropyParts, bytesOf } from './parts.ts';
import { thatFit } from './responder.ts';

const SMALL_SLICE_BYTES = 1024;
/** Read at once, to be compared: requests wait meanwhile, here and there. */
const LARGE_BYTES = 24 * 1024;

export class RunningExchange implements ExchangeEffects {
  readonly #parts: AntiEntropyParts;
  readonly #partner: string;
  readonly #peer: Peer;
  readonly #name: TreeName;
  readonly #onEnd: (moved: number) => void;
  readonly #exchange: Exchange;
  /** Ours in the leaves that are compared, and in which era they were read. */
  #own: readonly LeafRecord[] = [];
  #readIn = 0;
  #isLarge = false;
  /** Records that travelled, both ways. */
  #moved = 0;
  #ended = false;
  #receivedBytes = SMALL_SLICE_BYTES;

  /** @param onEnd - told how many records travelled. */
  constructor(parts: AntiEntropyParts, partner: string, peer: Peer, root: Root, onEnd: (moved: number) => void) {
    this.#parts = parts;
    this.#partner = partner;
    this.#peer = peer;
    this.#name = { n: root.n, partition: root.partition };
    this.#onEnd = onEnd;
    this.#exchange = newExchange(parts.trees.tree(this.#name), root.root, (leaf) => parts.trees.isBusy(this.#name, leaf));
  }

  /** Nothing happens if someone else brings this tree into step just now. */
  start(): void {
    if (this.#parts.claims.isTaken(this.#name)) {
      this.#leave();
      return;
    }
    beginExchange(this.#exchange, this);
  }

  askChildren(nodes: readonly number[]): void {
    this.#ask(
      SMALL_SLICE_BYTES,
      FRAME.children,
      (writer) => encodeChildrenRequest(writer, this.#name, nodes),
      (body) => {
        this.#step((exchange) => onChildren(exchange, decodeSums(body), this));
      },
    );
  }

  askDifference(leaves: readonly number[]): void {
    const ascending = [...leaves].sort((a, b) => a - b);
    const write: WriteBody = (writer) => {
      this.#readIn = this.#parts.replica.eras.current;
      const reading = this.#parts.readLeaves(this.#name, ascending);
      this.#own = reading.records;
      this.#isLarge = reading.bytes > LARGE_BYTES;
      const lists = new Map(ascending.map((leaf) => [leaf, [] as bigint[]]));
      for (const { leaf, digest } of this.#own) lists.get(leaf)?.push(digest);
      encodeDifferenceRequest(
        writer,
        this.#name,
        ascending.map((leaf) => ({ leaf, digests: lists.get(leaf) ?? [] })),
      );
    };
    this.#ask(Math.max(SMALL_SLICE_BYTES, this.#receivedBytes), FRAME.difference, write, (body) => {
      // Handed over meanwhile, and dropped: what came now would stay.
      if (!this.#parts.homes.isHome(this.#name)) {
        this.#fail();
        return;
      }
      const { more, wanted, readIn } = decodeDifferenceHead(body);
      const { eras } = this.#parts.replica;
      if (eras.isTooOld(readIn)) {
        tellEra(this.#peer, eras);
        this.#fail();
        return;
      }
      const records = decodeRecords(new Reader(copyBytes(body.rest())));
      this.#moved += records.length;
      this.#receivedBytes = bytesOf(records);
      this.#parts.onReceived(records);
      this.#parts.intake.take(this.#name, records, readIn, (error) => {
        if (error === undefined)
          this.#step((exchange) =>
            onDifference(exchange, { received: records.length, more, wanted, isLarge: this.#isLarge }, this),
          );
        else this.#fail();
      });
    });
  }

  push(digests: readonly bigint[]): void {
    const wanted = new Set(digests);
    const records = thatFit(
      this.#own.filter(({ digest }) => wanted.has(digest)),
      this.#parts.mostBytes,
    );
    const sent = new Set(records.map(({ digest }) => digest));
    const write: WriteBody = (writer) => {
      encodePushHead(writer, this.#name, this.#readIn);
      for (const record of records) encodeRecord(writer, record);
    };
    this.#ask(bytesOf(records), FRAME.push, write, (body) => {
      const stored = body.u32();
      if (stored !== records.length || records.length === 0) {
        this.#fail();
        return;
      }
      this.#moved += records.length;
      this.#parts.onSent(records);
      this.#own = this.#own.filter(({ digest }) => !sent.has(digest));
      this.#step((exchange) => onPushed(exchange, sent, this));
    });
  }

  /** All that the other side held when it told its root is here now. */
  done(): void {
    this.#parts.counts.exchanges++;
    this.#leave();
  }

  /** What is left is for a later exchange. */
  #leave(): void {
    this.#ended = true;
    this.#parts.claims.release(this.#name, this);
    this.#onEnd(this.#moved);
  }

  #fail(): void {
    if (this.#ended) return;
    onExchangeFailed(this.#exchange);
    this.#parts.counts.failures++;
    this.#leave();
  }

  #step(step: (exchange: Exchange) => void): void {
    if (this.#ended || this.#parts.isStopped()) return;
    if (this.#parts.doHintsFlow(this.#partner)) {
      this.#leave();
      return;
    }
    step(this.#exchange);
    if (this.#exchange.phase === 'failed') this.#fail();
  }

  #ask(costBytes: number, kind: FrameKind, write: WriteBody, answered: (body: Reader) => void): void {
    const { world, background } = this.#parts;
    background.run('anti-entropy', costBytes, () => {
      if (this.#parts.isStopped()) return;
      this.#parts.claims.take(this.#name, this);
      askPartner(world.timers, this.#peer, kind, write, { answered, failed: () => this.#fail() });
    });
  }
}
