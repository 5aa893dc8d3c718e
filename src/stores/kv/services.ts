/**
 * What a node does besides answering requests for keys: each thing a service of its own, with frames, questions and orders of its
 * own, and a life from start to stop. All of them are made here.
 */
import { MalformedBytes, type Reader } from '../../runtime/bytes/index.ts';
import { invariant, QuorateError } from '../../runtime/errors/index.ts';
import type { FrameKind, Link } from '../../runtime/world/index.ts';
import { antiEntropyService } from './anti-entropy/index.ts';
import { AtomicReplica } from './atomic/index.ts';
import { backgroundService } from './background/index.ts';
import { BackupService } from './backup/index.ts';
import { badRequest } from './errors.ts';
import { ExpirySweep } from './expiry-sweep/index.ts';
import { HintService } from './hints/index.ts';
import type { Json } from './interface.ts';
import { KeyHistory } from './key-history/index.ts';
import { membershipService } from './membership/index.ts';
import { metersService } from './meters/index.ts';
import { RegisterClaims } from './register-claims/index.ts';
import type { AdministerReply, AdministerRequest, Cancel, ReplyHandler } from './requests.ts';
import type { Command, FrameHandler, NodeService, Topic } from './service.ts';
import type { ServiceParts } from './service-parts.ts';
import { TombstoneService } from './tombstones/index.ts';
import { storageExplanations, whyTopic } from './why/index.ts';

/** In the order in which they start; they stop in the opposite one. */
export function createServices(parts: ServiceParts, transfers: NodeService): readonly NodeService[] {
  return [
    backgroundService(parts.background),
    membershipService(parts),
    transfers,
    new RegisterClaims(parts),
    new AtomicReplica(parts),
    new ExpirySweep(parts),
    new HintService(parts),
    new BackupService(parts),
    metersService(parts.meters),
    new KeyHistory(parts),
    storageExplanations(parts),
    new TombstoneService(parts),
    antiEntropyService(parts),
  ];
}

const NOTHING_TO_CANCEL: Cancel = () => {};

export class ServiceHost {
  readonly #services: readonly NodeService[];
  readonly #frames: ReadonlyMap<FrameKind, FrameHandler>;
  readonly #topics: ReadonlyMap<string, Topic>;
  readonly #commands: ReadonlyMap<string, Command>;

  constructor(services: readonly NodeService[]) {
    this.#services = services;
    this.#frames = mapOf(services.flatMap(({ frames }) => [...(frames ?? [])]));
    this.#topics = mapOf([...services.flatMap(({ topics }) => [...(topics ?? [])]), ['why', whyTopic(services)]]);
    this.#commands = mapOf(services.flatMap(({ commands }) => [...(commands ?? [])]));
  }

  start(): void {
    for (const service of this.#services) service.start?.();
  }

  stop(): void {
    for (const service of this.#services.toReversed()) service.stop?.();
  }

  /** @throws MalformedBytes */
  onFrame(link: Link, kind: FrameKind, correlation: number, body: Reader): void {
    const handler = this.#frames.get(kind);
    if (handler === undefined) throw new MalformedBytes(`unknown frame kind ${kind}`);
    handler(link, correlation, body);
  }

  /** @throws QuorateError `unknown-topic`, and what the topic refuses. */
  inspect(topic: string, argument: string): Json {
    const answer = this.#topics.get(topic);
    if (answer === undefined) throw unknown('topic', topic, ['status', 'ring', 'node', ...this.#topics.keys()]);
    return answer(parsed(argument));
  }

  /** @throws QuorateError `unknown-command`, and what the command refuses. */
  administer({ command, argument }: AdministerRequest, handler: ReplyHandler<AdministerReply>): Cancel {
    const order = this.#commands.get(command);
    if (order === undefined) throw unknown('command', command, [...this.#commands.keys()]);
    order(parsed(argument), {
      done: (result) => handler.reply({ kind: 'administer', json: JSON.stringify(result) }),
      fail: (error) => handler.fail(error),
    });
    return NOTHING_TO_CANCEL;
  }
}

/** Of two services with one kind of frame the first would hear nothing, and the other would take each of its frames for a broken one. */
function mapOf<Key extends string | number, Value>(entries: readonly (readonly [Key, Value])[]): ReadonlyMap<Key, Value> {
  const map = new Map(entries);
  invariant(map.size === entries.length, 'no two services have a kind of frame, a topic or a command in common');
  return map;
}

function parsed(argument: string): Json | undefined {
  if (argument === '') return undefined;
  try {
    return JSON.parse(argument) as Json;
  } catch {
    throw badRequest('has an argument that is not JSON');
  }
}

function unknown(what: 'topic' | 'command', name: string, known: readonly string[]): QuorateError {
  return new QuorateError({
    code: `unknown-${what}`,
    message: `This node knows no ${what} '${name}'; it knows ${known.length === 0 ? 'none' : known.join(', ')}.`,
    outcome: 'not-applied',
    next: `Choose one that it knows, or ask a node of a later version.`,
    data: { [what]: name, known },
  });
}
