/**
 * Who this node is as a writer of versions. A dot must never be used twice, and a version vector says "all dots of this actor up
 * to here": so a node that may have lost writes of its own must not go on under the same actor. It becomes a new one
 * - when the process starts without the record of a clean stop (unsynced writes may be gone), or on an empty disk;
 * - when a stored record turns out damaged.
 * After a clean stop it goes on as before, so clocks do not grow with planned restarts.
 *
 * Why: Riak's bug 679, where a replica that forgot a key counted anew and its writes looked old and were repaired away.
 */
import type { VersionVector } from '../../../protocols/versions/index.ts';
import { Reader, Writer } from '../../../runtime/bytes/index.ts';
import { invariant } from '../../../runtime/errors/index.ts';
import type { Engine, Random } from '../../../runtime/world/index.ts';

/** In the engine's meta space (0x00). */
const CLEAN_STOP_KEY = Uint8Array.from([0x00, ...Buffer.from('kv/clean-stop')]);
const COUNTER_LIMIT = 2 ** 48 - 1;

export class ActorIdentity {
  #actor: number;
  #counter: number;
  readonly #random: Random;

  private constructor(random: Random, actor: number, counter: number) {
    this.#random = random;
    this.#actor = actor;
    this.#counter = counter;
  }

  /** Take up the actor of a clean stop, removing its record first, or become a new one. `ready` is called once that is durable. */
  static open(engine: Engine, random: Random, ready: (error?: Error) => void): ActorIdentity {
    const left = engine.get(CLEAN_STOP_KEY);
    const reader = left === undefined ? undefined : new Reader(left);
    const identity =
      reader === undefined
        ? new ActorIdentity(random, newActor(random), 0)
        : new ActorIdentity(random, reader.u48(), reader.u48());
    engine.write([{ key: CLEAN_STOP_KEY, value: undefined }], ready);
    return identity;
  }

  /** An actor of its own that nobody takes up again. */
  static passing(random: Random): ActorIdentity {
    return new ActorIdentity(random, newActor(random), 0);
  }

  get actor(): number {
    return this.#actor;
  }

  /** Of its dots so far. */
  get counter(): number {
    return this.#counter;
  }

  /** The next dot's counter: above all own ones, also above what a clock claims of this actor. */
  next(known: VersionVector): number {
    for (const entry of known) if (entry.actor === this.#actor) this.#counter = Math.max(this.#counter, entry.counter);
    this.#counter++;
    invariant(this.#counter < COUNTER_LIMIT, 'the counter of dots stays within 48 bits');
    return this.#counter;
  }

  /** Something this actor wrote may be lost: go on as another. */
  renew(): void {
    this.#actor = newActor(this.#random);
    this.#counter = 0;
  }

  /** Leave the record of a clean stop; nothing may be written with this identity afterwards. */
  close(engine: Engine, done: (error?: Error) => void): void {
    engine.write([{ key: CLEAN_STOP_KEY, value: new Writer(12).u48(this.#actor).u48(this.#counter).copy() }], done);
  }
}

/** 48 random bits, never zero: that two of a million actors are equal has odds of one in six hundred. */
function newActor(random: Random): number {
  return random.below(2 ** 16) * 2 ** 32 + random.uint32() || 1;
}
