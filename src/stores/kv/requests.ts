/**
 * What can be asked of the store, in the form that the client, the embedded node and the coordinator share. The public
 * interface (`kv.ts`) makes these; a {@link KvExecutor} carries them out, here or over the wire.
 */
import type { Change } from '../../protocols/versions/index.ts';
import type { QuorateError } from '../../runtime/errors/index.ts';

export interface GetRequest {
  readonly kind: 'get';
  readonly bucket: string;
  readonly key: Uint8Array;
  /** Replicas that must answer; 0 for the bucket's R. */
  readonly r: number;
  readonly timeoutMs: number;
  /** Ask home replicas only, no stand-ins. */
  readonly strict?: boolean | undefined;
  /** Who should coordinate it, if it is a home of the key and can be reached: it has what the asker has seen. */
  readonly coordinator?: string | undefined;
}

export interface ChangeRequest {
  readonly kind: 'change';
  readonly bucket: string;
  readonly key: Uint8Array;
  /** An encoded context, or `undefined` for none. */
  readonly context: Uint8Array | undefined;
  readonly change: Change;
  /** Replicas that must store it; 0 for the bucket's W. */
  readonly w: number;
  readonly timeoutMs: number;
  /** Let home replicas store it only, no stand-ins. */
  readonly strict?: boolean | undefined;
}

export interface ListRequest {
  readonly kind: 'list';
  readonly bucket: string;
  /** Where the page before ended; `undefined` for the first one. */
  readonly cursor: Uint8Array | undefined;
  /** Keys per page, 1 .. 10,000. */
  readonly limit: number;
  readonly timeoutMs: number;
}

/** Questions about the cluster, answered in JSON: not on any hot path. */
export interface InspectRequest {
  readonly kind: 'inspect';
  /** `status`, `ring`, `node`, or a topic of one of the node's services. */
  readonly topic: string;
  /** JSON; empty for none. */
  readonly argument: string;
  readonly timeoutMs: number;
}

/** What an administrator wants done; the node's services carry it out. Not safe to repeat unless the command says so. */
export interface AdministerRequest {
  readonly kind: 'administer';
  readonly command: string;
  /** JSON; empty for none. */
  readonly argument: string;
  readonly timeoutMs: number;
}

/** Answered when the key has something that the watcher has not seen, or after `timeoutMs` without. */
export interface WatchRequest {
  readonly kind: 'watch';
  readonly bucket: string;
  readonly key: Uint8Array;
  /** What has been seen (`watching/seen-state.ts`); `undefined`: any state is news, also that there is none. */
  readonly known: Uint8Array | undefined;
  readonly timeoutMs: number;
}

export type KvRequest = WatchRequest | GetRequest | ChangeRequest | ListRequest | InspectRequest | AdministerRequest;

/** `record`: encoded versions, `undefined` if the key was never written. `mark` binds contexts to the key. */
export interface GetReply {
  readonly kind: 'get';
  readonly mark: Uint8Array;
  readonly record: Uint8Array | undefined;
  readonly conflict: string;
  /** Who coordinated it, for the context of the write that follows. Not part of the frame: whoever passes a request on knows. */
  readonly coordinator?: string | undefined;
}

/**
 * The context after the change: it has seen the change and all that the change superseded. `undefined` when there are versions
 * that the writer has not seen: a version vector could not tell them from the writer's own, so a context would lose them.
 */
export interface ChangeReply {
  readonly kind: 'change';
  readonly context: Uint8Array | undefined;
  /** Who coordinated it, if not the node that was asked. Not part of the frame. */
  readonly coordinator?: string | undefined;
}

export interface WatchReply {
  readonly kind: 'watch';
  readonly mark: Uint8Array;
  readonly record: Uint8Array | undefined;
  readonly conflict: string;
  /** If not, there is nothing to be learnt from the record. */
  readonly isNews: boolean;
}

export interface ListReply {
  readonly kind: 'list';
  readonly keys: readonly Uint8Array[];
  /** Where to go on; `undefined` at the end. */
  readonly cursor: Uint8Array | undefined;
}

export interface InspectReply {
  readonly kind: 'inspect';
  readonly json: string;
}

export interface AdministerReply {
  readonly kind: 'administer';
  readonly json: string;
}

/**
 * Why a request is here: its client sent it, or another node: to a home replica of its key, which passes it to nobody, or to the
 * first that stands in for one, which passes it to a home if it can.
 */
export type Arrival = 'direct' | 'to-home' | 'to-stand-in';

/** The reply that belongs to each request. */
export type ReplyOf<Request extends KvRequest> = Extract<KvReply, { kind: Request['kind'] }>;
export type KvReply = WatchReply | GetReply | ChangeReply | ListReply | InspectReply | AdministerReply;

/** Exactly one of the two is called, once, possibly before `execute` returns. The bytes of a reply belong to the receiver. */
export interface ReplyHandler<Reply> {
  reply(reply: Reply): void;
  fail(error: QuorateError): void;
}

/** Whatever carries out requests: a node in this process, or a connection to a cluster. */
export interface KvExecutor {
  execute<Request extends KvRequest>(request: Request, handler: ReplyHandler<ReplyOf<Request>>): Cancel;
}

/** Give up waiting: neither function of the handler is called any more. What was begun may still happen. */
export type Cancel = () => void;
