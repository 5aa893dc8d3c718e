/**
 * An ordered map of bytes that can be copied in no time: a B+ tree whose nodes are shared between copies and cloned only when
 * one of them changes. Every node carries the tag of the tree that may change it in place; a copy gives both trees new tags, so
 * that neither may touch what they share.
 *
 * Deviations from the textbook: a leaf is dropped when it is empty but never merged with its neighbour, since deletes are rare
 * and mostly followed by writes nearby. Depth is bounded by what was ever inserted at once, not by what is left.
 *
 * Source: Comer, The Ubiquitous B-Tree (1979), section 3; path copying after Driscoll, Sarnak, Sleator, Tarjan, Making Data
 * Structures Persistent (1986), section 2.
 *
 * Invariants: keys within a node ascend; `keys[i]` of a branch is at most the least key below `children[i]`, and greater than
 * every key below `children[i - 1]`; no node but the root is empty.
 */
import { compareBytes } from '../bytes/index.ts';
import type { Entry, Range } from './engine.ts';

const NODE_CAPACITY = 64;

/** Who may change a node in place. Compared by identity only. */
type Tag = object;

interface Leaf {
  readonly kind: 'leaf';
  readonly tag: Tag;
  readonly keys: Uint8Array[];
  readonly values: Uint8Array[];
}

interface Branch {
  readonly kind: 'branch';
  readonly tag: Tag;
  readonly keys: Uint8Array[];
  readonly children: Node[];
}

type Node = Leaf | Branch;

export class OrderedMap {
  #tag: Tag = {};
  #root: Node = { kind: 'leaf', tag: this.#tag, keys: [], values: [] };

  get(key: Uint8Array): Uint8Array | undefined {
    let node = this.#root;
    while (node.kind === 'branch') node = node.children[childIndex(node, key)] as Node;
    const index = lowerBound(node.keys, key);
    return isAt(node.keys, index, key) ? node.values[index] : undefined;
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#root = owned(this.#root, this.#tag);
    const right = insert(this.#root, key, value, this.#tag);
    if (right === undefined) return;
    const left = this.#root;
    this.#root = { kind: 'branch', tag: this.#tag, keys: [leastKey(left), leastKey(right)], children: [left, right] };
  }

  delete(key: Uint8Array): void {
    if (this.get(key) === undefined) return;
    this.#root = owned(this.#root, this.#tag);
    remove(this.#root, key, this.#tag);
    while (this.#root.kind === 'branch' && this.#root.children.length === 1) this.#root = this.#root.children[0] as Node;
    if (this.#root.keys.length === 0) this.#root = { kind: 'leaf', tag: this.#tag, keys: [], values: [] };
  }

  /** An independent map with the same entries, in constant time. */
  copy(): OrderedMap {
    const copy = new OrderedMap();
    copy.#root = this.#root;
    this.#tag = {};
    return copy;
  }

  /** Entries in key order: the map's own bytes, not copies. The map must not change during the iteration. */
  entries(range: Range): Iterable<Entry> {
    return entriesOf(this.#root, range.from, range.to);
  }
}

/** The first index whose key is not below `key`. */
function lowerBound(keys: readonly Uint8Array[], key: Uint8Array): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(keys[middle] as Uint8Array, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isAt(keys: readonly Uint8Array[], index: number, key: Uint8Array): boolean {
  const found = keys[index];
  return found !== undefined && compareBytes(found, key) === 0;
}

/** The child that holds the key if any does: the last whose separator is not above it. */
function childIndex(branch: Branch, key: Uint8Array): number {
  const index = lowerBound(branch.keys, key);
  return isAt(branch.keys, index, key) ? index : Math.max(0, index - 1);
}

function leastKey(node: Node): Uint8Array {
  return node.keys[0] as Uint8Array;
}

/** The node itself if this tree may change it, otherwise a clone that it may. */
function owned(node: Node, tag: Tag): Node {
  if (node.tag === tag) return node;
  return node.kind === 'leaf'
    ? { kind: 'leaf', tag, keys: node.keys.slice(), values: node.values.slice() }
    : { kind: 'branch', tag, keys: node.keys.slice(), children: node.children.slice() };
}

/** Insert below an owned node. @returns the right half if the node had to be split. */
function insert(node: Node, key: Uint8Array, value: Uint8Array, tag: Tag): Node | undefined {
  if (node.kind === 'leaf') {
    const index = lowerBound(node.keys, key);
    if (isAt(node.keys, index, key)) {
      node.values[index] = value;
      return undefined;
    }
    node.keys.splice(index, 0, key);
    node.values.splice(index, 0, value);
  } else {
    const index = childIndex(node, key);
    const child = owned(node.children[index] as Node, tag);
    node.children[index] = child;
    const right = insert(child, key, value, tag);
    if (compareBytes(key, node.keys[index] as Uint8Array) < 0) node.keys[index] = key;
    if (right !== undefined) {
      node.keys.splice(index + 1, 0, leastKey(right));
      node.children.splice(index + 1, 0, right);
    }
  }
  return node.keys.length > NODE_CAPACITY ? split(node, tag) : undefined;
}

/** Move the upper half of a full node into a new one. Keys mostly come in any order, so the middle is the place to cut. */
function split(node: Node, tag: Tag): Node {
  const middle = node.keys.length >>> 1;
  const keys = node.keys.splice(middle);
  return node.kind === 'leaf'
    ? { kind: 'leaf', tag, keys, values: node.values.splice(middle) }
    : { kind: 'branch', tag, keys, children: node.children.splice(middle) };
}

/** Remove a key that is there from below an owned node. */
function remove(node: Node, key: Uint8Array, tag: Tag): void {
  if (node.kind === 'leaf') {
    const index = lowerBound(node.keys, key);
    node.keys.splice(index, 1);
    node.values.splice(index, 1);
    return;
  }
  const index = childIndex(node, key);
  const child = owned(node.children[index] as Node, tag);
  node.children[index] = child;
  remove(child, key, tag);
  if (child.keys.length === 0) {
    node.keys.splice(index, 1);
    node.children.splice(index, 1);
  }
}

function* entriesOf(node: Node, from: Uint8Array, to: Uint8Array): Generator<Entry> {
  if (node.kind === 'branch') {
    for (let index = childIndex(node, from); index < node.children.length; index++) {
      if (compareBytes(node.keys[index] as Uint8Array, to) >= 0) return;
      yield* entriesOf(node.children[index] as Node, from, to);
    }
    return;
  }
  for (let index = lowerBound(node.keys, from); index < node.keys.length; index++) {
    const key = node.keys[index] as Uint8Array;
    if (compareBytes(key, to) >= 0) return;
    yield { key, value: node.values[index] as Uint8Array };
  }
}
