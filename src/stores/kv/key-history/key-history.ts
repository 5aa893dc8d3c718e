/**
 * The command `key-history`: asks the home replicas of a key, and those that would stand in for them, what they have of it. Changes nothing.
 */
import type { Reader } from '../../../runtime/bytes/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { isUp, type Target } from '../coordinator/index.ts';
import { badRequest } from '../errors.ts';
import type { Json } from '../interface.ts';
import type { Command, CommandHandler, FrameHandler, NodeService } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { checkBucketName } from '../settings.ts';
import { keyState } from './key-state.ts';

/** Question: storage key 2+. Answer: JSON. */
const KEY_HISTORY_KIND = { question: 0x64, answer: 0xe4 } as const;

const TIMEOUT_MS = 2_000;
/** Behind the homes in the preference list, so many are asked for hints. */
const STAND_INS = 5;

export class KeyHistory implements NodeService {
  readonly frames: ReadonlyMap<FrameKind, FrameHandler> = new Map([
    [KEY_HISTORY_KIND.question, (link, correlation, body) => this.#onQuestion(link, correlation, body)],
  ]);
  readonly commands: ReadonlyMap<string, Command> = new Map([
    ['key-history', (argument, handler) => this.#ask(argument, handler)],
  ]);
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  #onQuestion(link: Link, correlation: number, body: Reader): void {
    const state = keyState(this.#parts, body.bytes16());
    link.begin(KEY_HISTORY_KIND.answer, correlation).bytes(Buffer.from(JSON.stringify(state)));
    link.commit();
  }

  #ask(argument: Json | undefined, handler: CommandHandler): void {
    const { bucket, key } = bucketAndKey(argument);
    const { topology, configuration, world } = this.#parts;
    const settings = configuration.buckets.get(bucket) ?? configuration.defaults;
    const { partition, storageKey } = topology.place(bucket, key);
    const homes = topology.ring.replicas(partition, settings.n);
    const names = topology.ring.preferenceList(partition).slice(0, settings.n + STAND_INS);
    const answers = new Map<string, Json>();
    const open = new Set<string>(names);
    const finish = (): void => {
      end.cancel();
      open.clear();
      const nodes = names.map((node) => ({
        role: homes.includes(node) ? 'home' : 'stand-in',
        ...((answers.get(node) as Record<string, Json> | undefined) ?? { node, state: 'no answer' }),
      }));
      const { n, r, w, conflict } = settings;
      handler.done({ bucket, key: Buffer.from(key).toString(), partition, n, r, w, conflict, nodes });
    };
    const end = world.timers.after(TIMEOUT_MS, finish);
    const onAnswer = (name: string, answer: Json | undefined): void => {
      if (!open.delete(name)) return;
      if (answer !== undefined) answers.set(name, answer);
      if (open.size === 0) finish();
    };
    for (const name of names) this.#askNode(name, storageKey, (answer) => onAnswer(name, answer));
  }

  #askNode(name: string, storageKey: Uint8Array, then: (answer: Json | undefined) => void): void {
    const target: Target | undefined = this.#parts.topology.target(name);
    if (target === undefined || !isUp(target)) then(undefined);
    else if (target.peer === undefined) then(keyState(this.#parts, storageKey));
    else {
      target.peer.request(
        KEY_HISTORY_KIND.question,
        (writer) => writer.bytes16(storageKey),
        (kind, body) => then(kind === KEY_HISTORY_KIND.answer ? parsed(body) : undefined),
        () => then(undefined),
      );
    }
  }
}

function parsed(body: Reader): Json | undefined {
  try {
    return JSON.parse(Buffer.from(body.rest()).toString());
  } catch {
    return undefined;
  }
}

function bucketAndKey(argument: Json | undefined): { readonly bucket: string; readonly key: Uint8Array } {
  if (typeof argument === 'object' && argument !== null && 'bucket' in argument && 'key' in argument) {
    const { bucket, key } = argument;
    if (typeof bucket === 'string' && typeof key === 'string' && key !== '') {
      checkBucketName(bucket);
      return { bucket, key: Buffer.from(key) };
    }
  }
  throw badRequest('names no bucket and key: {"bucket": text, "key": text}');
}
