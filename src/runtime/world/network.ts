/**
 * Messages between processes. A link carries frames both ways: in order and complete on a real socket, and with loss,
 * duplication and reordering in the simulated world, so code above must bear all of it. Either way a frame arrives whole or
 * not at all, and silence is possible: deadlines belong to the caller.
 */
import type { Reader, Writer } from '../bytes/index.ts';

/** `host:port` or `unix:/path`. */
export type Address = string;

/** Who speaks, said once by both sides when a link opens; a link between strangers never opens. */
export interface Hello {
  /** Both sides must speak the same. */
  readonly protocolVersion: number;
  /** Both sides must be of the same cluster. A client may say '' to take whichever it meets. */
  readonly clusterName: string;
  readonly role: 'node' | 'client';
  /** The node's name; a client says ''. */
  readonly nodeName: string;
}

/**
 * Why a link ended. `refused`: the handshake failed, with the rule that was broken. `unreachable`: nobody listens or no
 * answer came. `malformed`: a frame broke the form. `idle`, `slow`: limits of the transport. `closed`: either side meant it.
 */
export interface CloseReason {
  readonly kind: 'refused' | 'unreachable' | 'malformed' | 'idle' | 'slow' | 'lost' | 'closed';
  readonly detail: string;
}

/** Frame kinds 0xf0 to 0xff belong to the transport; the rest to the stores. */
export type FrameKind = number;

export interface Link {
  /** What the other side said of itself; set before the first frame is delivered. */
  readonly remote: Hello;
  readonly remoteAddress: Address;
  /** Bytes accepted by `commit` that the other side's machine has not taken yet. */
  readonly bufferedBytes: number;

  /**
   * Begin a frame; write its body to the returned writer, then `commit`. Frames committed in one turn leave in one system call.
   * The correlation id pairs an answer with its request: 0 .. 2^32 - 1, chosen by the requester, echoed by the answerer.
   */
  begin(kind: FrameKind, correlation: number): Writer;
  /** Finish the frame. On a closed link it is dropped silently: `onClose` has told. @throws QuorateError `frame-too-large`. */
  commit(): void;
  /** Drop the begun frame. */
  abandon(): void;

  /** Flow control for whoever answers slowly: no further frames are delivered until `resume`. */
  pause(): void;
  resume(): void;

  close(detail: string): void;
}

export interface LinkHandler {
  /** The handshake is done (on a dialled link; an accepted one is open from the start). */
  onOpen?(link: Link): void;
  /**
   * `body` and the bytes behind it are valid during the call only. Throwing `MalformedBytes` closes this link, with the reason
   * logged, and harms nothing else; any other error is a defect and ends the process.
   */
  onFrame(link: Link, kind: FrameKind, correlation: number, body: Reader): void;
  /** Called exactly once, last, also when the link never opened. */
  onClose(link: Link, reason: CloseReason): void;
}

export interface Listener {
  /** The address in use: with port 0 asked for, the one that was given. */
  readonly address: Address;
  close(): Promise<void>;
}

export interface Network {
  /** @throws QuorateError `address-in-use`, `address-not-available`, `address-invalid`. */
  listen(address: Address, hello: Hello, accept: (link: Link) => LinkHandler): Promise<Listener>;
  /** One attempt, no retry: see `Peer` for a lasting connection. `expectNode` refuses any other node at that address. */
  dial(address: Address, hello: Hello, handler: LinkHandler, options?: { readonly expectNode?: string }): Link;
}
