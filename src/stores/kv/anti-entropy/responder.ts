/** Answers the frames of other replicas' exchanges. Keeps nothing between two of them. */
import {
  decodeChildrenRequest,
  decodeDifferenceRequest,
  decodePushHead,
  decodeRecords,
  decodeRoots,
  encodeDifferenceHead,
  encodeRecord,
  encodeRoots,
  encodeSums,
  missing,
  type Root,
  type TravellingRecord,
} from '../../../protocols/anti-entropy/index.ts';
import { childrenOf, firstLeaf, isSum, leafCount, PARTITION_GEOMETRY, sumAt } from '../../../protocols/merkle/index.ts';
import { copyBytes, MalformedBytes, Reader } from '../../../runtime/bytes/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { isTooOldAndTold } from '../replica/index.ts';
import type { FrameHandler } from '../service.ts';
import { FRAME, REPLY } from './frames.ts';
import { type AntiEntropyParts, bytesOf, READS_FOR_ONE } from './parts.ts';

const LEAVES_FROM = firstLeaf(PARTITION_GEOMETRY);
/** What an answer costs before it is known how much it holds, and at least. */
const USUAL_ANSWER_BYTES = 1024;

export class Responder {
  readonly #parts: AntiEntropyParts;
  /** Of the last difference that was asked for. */
  #lastCostBytes = USUAL_ANSWER_BYTES;

  constructor(parts: AntiEntropyParts) {
    this.#parts = parts;
  }

  get frames(): ReadonlyMap<FrameKind, FrameHandler> {
    return new Map<FrameKind, FrameHandler>([
      [FRAME.roots, (link, correlation, body) => this.#onRoots(link, correlation, body)],
      [FRAME.children, (link, correlation, body) => this.#onChildren(link, correlation, body)],
      [FRAME.difference, (link, correlation, body) => this.#onDifference(link, correlation, body)],
      [FRAME.push, (link, correlation, body) => this.#onPush(link, correlation, body)],
    ]);
  }

  #onRoots(link: Link, correlation: number, body: Reader): void {
    const answers: Root[] = [];
    const { homes, trees, claims, areHintsComing } = this.#parts;
    for (const root of decodeRoots(body)) {
      if (areHintsComing || !homes.isHome(root) || !trees.isCounted(root) || claims.isTaken(root, link)) continue;
      this.#answerRoot(root, answers);
    }
    encodeRoots(link.begin(FRAME.roots | REPLY, correlation), answers);
    link.commit();
  }

  #answerRoot({ n, partition, root }: Root, answers: Root[]): void {
    const { trees } = this.#parts;
    const tree = trees.tree({ n, partition });
    if (!isSum(tree, 0, root)) answers.push({ n, partition, root: sumAt(tree, 0) });
  }

  #onChildren(link: Link, correlation: number, body: Reader): void {
    const { tree: name, nodes } = decodeChildrenRequest(body, LEAVES_FROM);
    const { trees, claims } = this.#parts;
    claims.take(name, link);
    const tree = trees.tree(name);
    const isBusyLeaf = (child: number): boolean => child >= LEAVES_FROM && trees.isBusy(name, child - LEAVES_FROM);
    const sums = nodes.flatMap((node) => {
      return childrenOf(PARTITION_GEOMETRY, node).map((child) => (isBusyLeaf(child) ? undefined : sumAt(tree, child)));
    });
    encodeSums(link.begin(FRAME.children | REPLY, correlation), sums);
    link.commit();
  }

  #onDifference(link: Link, correlation: number, body: Reader): void {
    const { tree, leaves } = decodeDifferenceRequest(body, leafCount(PARTITION_GEOMETRY));
    const digests = leaves.flatMap((leaf) => leaf.digests);
    const asked = leaves.map(({ leaf }) => leaf);
    if (asked.some((leaf, index) => index > 0 && leaf <= (asked[index - 1] as number)))
      throw new MalformedBytes('leaves that do not ascend');
    this.#parts.background.run('anti-entropy', this.#lastCostBytes, () => {
      if (this.#parts.isStopped()) return;
      this.#parts.claims.take(tree, link);
      const { records, bytes } = this.#parts.readLeaves(tree, asked);
      const { theyLack, weLack } = missing(records, digests);
      const sent = thatFit(theyLack, this.#parts.mostBytes);
      this.#lastCostBytes = Math.max(USUAL_ANSWER_BYTES, bytes / READS_FOR_ONE + bytesOf(sent));
      const writer = link.begin(FRAME.difference | REPLY, correlation);
      encodeDifferenceHead(writer, {
        more: sent.length < theyLack.length,
        readIn: this.#parts.replica.eras.current,
        wanted: weLack,
      });
      for (const record of sent) encodeRecord(writer, record);
      this.#parts.onSent(sent);
      link.commit();
    });
  }

  #onPush(link: Link, correlation: number, body: Reader): void {
    const { tree: name, readIn } = decodePushHead(body);
    // They are stored when it is their turn.
    const records = decodeRecords(new Reader(copyBytes(body.rest())));
    const refuse = (): void => answerPush(link, correlation, 0);
    const { replica, homes } = this.#parts;
    if (!homes.isHome(name) || replica.failure !== undefined || isTooOldAndTold(link, replica.eras, readIn)) {
      refuse();
      return;
    }
    this.#parts.claims.take(name, link);
    this.#parts.onReceived(records);
    this.#parts.intake.take(name, records, readIn, (error) => {
      if (error === undefined) answerPush(link, correlation, records.length);
      else refuse();
    });
  }
}

function answerPush(link: Link, correlation: number, stored: number): void {
  link.begin(FRAME.push | REPLY, correlation).u32(stored);
  link.commit();
}

/** The first of them, as many as one message takes, and at least one. */
export function thatFit<Item extends TravellingRecord>(records: readonly Item[], mostBytes: number): Item[] {
  const fit: Item[] = [];
  let bytes = 0;
  for (const record of records) {
    bytes += record.storageKey.length + record.checked.length;
    if (fit.length > 0 && bytes > mostBytes) break;
    fit.push(record);
  }
  return fit;
}
