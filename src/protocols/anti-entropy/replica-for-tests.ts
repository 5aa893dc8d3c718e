/** A replica of numbered versions (the higher one wins), and an exchange between two of them. */
import {
  addDigest,
  childrenOf,
  digestRecord,
  emptyTree,
  firstLeaf,
  type Geometry,
  leafOfArc,
  type MerkleTree,
  newSum,
  removeDigest,
  type Sum,
  sumAt,
  wholeOf,
} from '../merkle/index.ts';
import {
  beginExchange,
  type Exchange,
  type ExchangeEffects,
  missing,
  newExchange,
  onChildren,
  onDifference,
  onPushed,
} from './index.ts';

const GEOMETRY: Geometry = { fanOut: 4, depth: 2 };
const LEAVES_FROM = firstLeaf(GEOMETRY);

interface Item {
  readonly key: string;
  readonly version: number;
  readonly digest: bigint;
}

export class ToyReplica {
  readonly records = new Map<string, number>();
  readonly tree: MerkleTree = emptyTree(GEOMETRY);

  write(key: string, version: number): void {
    const before = this.records.get(key);
    if (before !== undefined && before >= version) return;
    if (before !== undefined) removeDigest(this.tree, leafOf(key), digestOf(key, before));
    this.records.set(key, version);
    addDigest(this.tree, leafOf(key), digestOf(key, version));
  }

  *items(leaf: number): Iterable<Item> {
    for (const [key, version] of this.records) {
      if (leafOf(key) === leaf) yield { key, version, digest: wholeOf(digestOf(key, version)) };
    }
  }
}

export function leafOf(key: string): number {
  return leafOfArc(GEOMETRY, digestOf(key, 0)[0] as number);
}

function digestOf(key: string, version: number): Sum {
  const digest = newSum();
  digestRecord(asciiBytes(key), asciiBytes(String(version)), digest);
  return digest;
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export interface Traffic {
  messages: number;
  /** Each key that travelled, as often as it did. */
  readonly keys: string[];
}

export interface RunOptions {
  /** Records per message. */
  readonly limit?: number;
  /** Called before each request is handled: something else may happen, or `false`: the message is lost, for good. */
  readonly meanwhile?: () => boolean | undefined;
  /** Leaves of `a` that were written to a moment ago. */
  readonly isBusyHere?: (leaf: number) => boolean;
  /** And of `b`. */
  readonly isBusyThere?: (leaf: number) => boolean;
}

/** `a` exchanges with `b` until the end. */
export function runExchange(
  a: ToyReplica,
  b: ToyReplica,
  { limit = 1_000, meanwhile, isBusyHere = () => false, isBusyThere = () => false }: RunOptions = {},
): { exchange: Exchange } & Traffic {
  const traffic: Traffic = { messages: 2, keys: [] };
  const due: (() => void)[] = [];
  const request = (handle: () => void): void => {
    due.push(() => {
      if (meanwhile?.() === false) return;
      traffic.messages += 2;
      handle();
    });
  };
  const effects: ExchangeEffects = {
    askChildren: (nodes) =>
      request(() => {
        const isBusy = (child: number): boolean => child >= LEAVES_FROM && isBusyThere(child - LEAVES_FROM);
        const sums = nodes.flatMap((node) => {
          return childrenOf(GEOMETRY, node).map((child) => (isBusy(child) ? undefined : sumAt(b.tree, child).slice()));
        });
        onChildren(exchange, sums, effects);
      }),
    askDifference: (leaves) => {
      const digests = leaves.flatMap((leaf) => [...a.items(leaf)].map((item) => item.digest));
      request(() => {
        const { theyLack, weLack } = missing(
          leaves.flatMap((leaf) => [...b.items(leaf)]),
          digests,
        );
        const sent = theyLack.slice(0, limit);
        for (const { key, version } of sent) a.write(key, version);
        traffic.keys.push(...sent.map(({ key }) => key));
        onDifference(exchange, { received: sent.length, more: sent.length < theyLack.length, wanted: weLack }, effects);
      });
    },
    push: (digests) =>
      request(() => {
        const wanted = new Set(digests.slice(0, limit));
        for (const [key, version] of [...a.records]) {
          if (!wanted.has(wholeOf(digestOf(key, version)))) continue;
          b.write(key, version);
          traffic.keys.push(key);
        }
        onPushed(exchange, wanted, effects);
      }),
    done: () => {},
  };
  const exchange = newExchange(a.tree, sumAt(b.tree, 0).slice(), isBusyHere);
  beginExchange(exchange, effects);
  for (let next = due.shift(); next !== undefined; next = due.shift()) next();
  return { exchange, ...traffic };
}
