/**
 * Atomic buckets: each key is a linearizable register for many readers and writers (Attiya, Bar-Noy, Dolev 1995) on a strict
 * majority of the seats of its partition.
 */
import { applyChange, type Change, type DotSource } from '../../../protocols/versions/index.ts';
import type { AtomicKeys } from '../coordinator/index.ts';
import type { Cancel, ChangeReply, ChangeRequest, GetReply, GetRequest, ReplyHandler } from '../requests.ts';
import type { BucketSettings } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import { drawActor } from './actor.ts';
import { AtomicOperation, type MakeState } from './atomic-operation.ts';
import type { AtomicParts } from './homes.ts';
import { checkAtomicRequest } from './refusals.ts';

export class AtomicRegisters implements AtomicKeys {
  readonly #parts: AtomicParts;
  /**
   * Whose writes they are: another actor in each life of the node, so that no timestamp can come again. Not the one of the node's
   * other writes: what replicas know of that one's (which of them are everywhere, and may be forgotten) is no truth of registers.
   */
  readonly #source: DotSource;
  /** Writes of this actor so far. */
  #writes = 0;
  /** The greatest counter of a timestamp that this actor has chosen: its writes may overlap. */
  #issued = 0;

  constructor(parts: AtomicParts) {
    this.#parts = parts;
    const actor = drawActor(parts.world.random);
    // Of a register the wall clock is not asked.
    this.#source = { actor, nextCounter: () => ++this.#writes, wallTime: () => 0 };
  }

  check(request: GetRequest | ChangeRequest): void {
    checkAtomicRequest(request);
  }

  get(request: GetRequest, place: Place, settings: BucketSettings, handler: ReplyHandler<GetReply>): Cancel {
    const operation = new AtomicOperation(this.#parts, place, settings, request.timeoutMs, undefined, {
      done: (record) => handler.reply({ kind: 'get', mark: place.position, record, conflict: settings.conflict }),
      fail: (error) => handler.fail(error),
    });
    operation.start();
    return () => operation.cancel();
  }

  change(change: Change, timeoutMs: number, place: Place, settings: BucketSettings, handler: ReplyHandler<ChangeReply>): Cancel {
    const operation = new AtomicOperation(this.#parts, place, settings, timeoutMs, this.#writer(change), {
      done: () => handler.reply({ kind: 'change', context: undefined }),
      fail: (error) => handler.fail(error),
    });
    operation.start();
    return () => operation.cancel();
  }

  #writer(change: Change): MakeState {
    return (latest, counter) => {
      this.#issued = Math.max(this.#issued, counter) + 1;
      const seen = { clock: latest.clock, timestamp: this.#issued - 1 };
      return applyChange('register', latest, seen, change, this.#source);
    };
  }
}
