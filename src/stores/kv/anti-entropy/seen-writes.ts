/**
 * Which writes of a partition this node has seen, whatever its records tell: for each actor, all dots up to a counter. Stored when
 * learned, so that it is durable no earlier than the records it was learned with.
 *
 * It is for the collection of tombstones, which does not exist yet: a tombstone may go when each home has it and has seen all that
 * it supersedes. Until then nothing is learned here, and no merge leaves anything out. Source: Gonçalves et al., "DottedDB:
 * Anti-Entropy without Merkle Trees, Deletes without Tombstones" (SRDS 2017).
 */
import type { TreeName } from '../../../protocols/anti-entropy/index.ts';
import { decodeVector, descends, EMPTY_VECTOR, encodeDots, join, type VersionVector } from '../../../protocols/versions/index.ts';
import { Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { Engine } from '../../../runtime/world/index.ts';
import { seenKey, type TreeId, type TreeLayout, treeId } from './tree-layout.ts';

export class SeenWrites {
  readonly #engine: Engine;
  readonly #layout: TreeLayout;
  readonly #seen = new Map<TreeId, VersionVector>();

  constructor(engine: Engine, layout: TreeLayout) {
    this.#engine = engine;
    this.#layout = layout;
  }

  of(name: TreeName): VersionVector {
    return this.#of(treeId(name));
  }

  /** On the path of every write of another node. */
  ofKey(storageKey: Uint8Array): VersionVector {
    return this.#of(this.#layout.treeOf(storageKey));
  }

  #of(id: TreeId): VersionVector {
    const known = this.#seen.get(id);
    if (known !== undefined) return known;
    const stored = this.#engine.get(seenKey(id));
    const seen = stored === undefined ? EMPTY_VECTOR : decodeVector(new Reader(stored));
    this.#seen.set(id, seen);
    return seen;
  }

  learn(name: TreeName, vector: VersionVector): void {
    const known = this.of(name);
    if (descends(known, vector)) return;
    this.#set(treeId(name), join(known, vector));
  }

  /** A record of the partition is damaged: what it told of is not known here any more. */
  forget(storageKey: Uint8Array): void {
    const id = this.#layout.treeOf(storageKey);
    if (this.#of(id).length > 0) this.#set(id, EMPTY_VECTOR);
  }

  #set(id: TreeId, seen: VersionVector): void {
    this.#seen.set(id, seen);
    const writer = new Writer();
    encodeDots(writer, seen);
    this.#engine.write([{ key: seenKey(id), value: seen.length === 0 ? undefined : writer.copy() }], ignoreFailure);
  }
}

/** What is not stored is learned again. */
function ignoreFailure(): void {}
