/**
 * Records on their way to the other node of a transfer: gathered into frames as large as a slice of background work may be now, few of
 * them under way at a time. So the pace is that of the slower side, and what waits over there is soon done.
 */
import { Writer } from '../../../runtime/bytes/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Background } from '../background/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { KIND } from '../messages/index.ts';
import type { ReplicaStore } from '../replica/index.ts';
import type { Cancel } from '../requests.ts';
import { parseStorageKey } from '../storage-key.ts';
import { isTooOld, TRANSFER_KIND, writeRecord } from './frames.ts';

const MOST_FRAME_BYTES = 16 * 1024;
const MOST_FRAMES_UNDER_WAY = 2;

export interface OutboxParts {
  readonly background: Pick<Background, 'sliceBytes' | 'run'>;
  readonly configuration: Pick<NodeConfiguration, 'buckets' | 'defaults'>;
  readonly replica: Pick<ReplicaStore, 'readOnce'> & { readonly eras: { readonly current: number } };
}

export interface OutboxEvents {
  /** A record is durable there as it was, or later than it was, when it was added under that number; or there is none here any more. */
  onStoredThere(key: string, number: number): void;
  /** The other will never take a record as it was sent under that number. @returns false if it is to be sent again all the same */
  onNeverStoredThere(key: string, number: number): boolean;
  /** The other has refused what came. */
  onRefused(): void;
}

interface Item {
  readonly key: string;
  readonly number: number;
}

export class Outbox {
  readonly #parts: OutboxParts;
  readonly #peer: () => Pick<Peer, 'request'> | undefined;
  readonly #events: OutboxEvents;
  readonly #body = new Writer(MOST_FRAME_BYTES);
  #items: Item[] = [];
  /** Of those, the ones before it are on their way. */
  #next = 0;
  #underWay = 0;
  /** Frames that were sent before the last {@link clear} are nobody's. */
  #round = 0;
  #slice: Cancel | undefined;
  /** Sent beyond what the last slice was asked for. */
  #debt = 0;
  keys = 0;
  bytes = 0;

  constructor(parts: OutboxParts, peer: () => Pick<Peer, 'request'> | undefined, events: OutboxEvents) {
    this.#parts = parts;
    this.#peer = peer;
    this.#events = events;
  }

  /** To be sent when there is time for it, as it is then. */
  add(key: string, number: number): void {
    this.#items.push({ key, number });
    this.#askForSlice();
  }

  /** Nothing of what waits or is under way is heard of again. */
  clear(): void {
    this.#slice?.();
    this.#slice = undefined;
    this.#items = [];
    this.#next = 0;
    this.#underWay = 0;
    this.#round++;
  }

  #askForSlice(): void {
    if (this.#slice !== undefined || this.#next === this.#items.length || this.#underWay >= MOST_FRAMES_UNDER_WAY) return;
    const { background } = this.#parts;
    const bytes = Math.min(MOST_FRAME_BYTES, background.sliceBytes);
    this.#slice = background.run('transfer', bytes + this.#debt, () => {
      this.#slice = undefined;
      this.#sendFrame(bytes);
      this.#askForSlice();
    });
  }

  #sendFrame(most: number): void {
    const { replica } = this.#parts;
    const body = this.#body.clear().u48(replica.eras.current);
    const [sent, gone]: [Item[], Item[]] = [[], []];
    while (this.#next < this.#items.length && body.length < most) {
      const item = this.#items[this.#next++] as Item;
      (this.#write(body, item.key) ? sent : gone).push(item);
    }
    if (this.#next === this.#items.length) {
      this.#items = [];
      this.#next = 0;
    }
    this.#debt = Math.max(0, body.length - most);
    this.keys += sent.length;
    this.bytes += body.length;
    if (sent.length > 0) this.#request(body, sent);
    for (const { key, number } of gone) this.#events.onStoredThere(key, number);
  }

  /** @returns false of one that is gone, or damaged: there is nothing to be had here that could be lost on the way. */
  #write(body: Writer, key: string): boolean {
    const { replica, configuration } = this.#parts;
    const storageKey = Buffer.from(key, 'latin1');
    const local = replica.readOnce(storageKey);
    if (local.kind !== 'record') return false;
    const { conflict: policy } = configuration.buckets.get(parseStorageKey(storageKey).bucket) ?? configuration.defaults;
    writeRecord(body, { policy, storageKey, checkedRecord: local.checked });
    return true;
  }

  #request(body: Writer, sent: readonly Item[]): void {
    const round = this.#round;
    this.#underWay++;
    const onRefused = (): void => {
      if (round === this.#round) this.#events.onRefused();
    };
    this.#peer()?.request(
      TRANSFER_KIND.records,
      (writer) => writer.bytes(body.view()),
      (kind, reply) => {
        if (round !== this.#round) return;
        if (kind === KIND.replicaStored) for (const { key, number } of sent) this.#events.onStoredThere(key, number);
        else if (!isTooOld(kind, reply) || !sent.every(({ key, number }) => this.#events.onNeverStoredThere(key, number))) {
          onRefused();
          return;
        }
        this.#underWay--;
        this.#askForSlice();
      },
      onRefused,
    );
  }
}
