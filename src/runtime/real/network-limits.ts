import { MAX_FRAME_BYTES } from '../transport/index.ts';

/** What a link may take and how long it may be silent. Durations are measured in sweeps, so they are coarse and never short. */
export interface NetworkLimits {
  /** Largest frame, header included, in and out. Default 16 MiB. */
  readonly maxFrameBytes: number;
  /** Accepted connections per listener; further ones are closed at once. Default 10,000. */
  readonly maxConnections: number;
  /**
   * On accepted links: requests that came in and have no reply yet. At this number nothing more is read from the socket, so that
   * the requester feels back-pressure; reading goes on at half of it. Only frames with a correlation id other than 0 count.
   * Default 16,384.
   */
  readonly maxInFlight: number;
  /** A link that has stood at `maxInFlight` for so long without falling to half is closed as `slow`. Default 30 s. */
  readonly stalledMs: number;
  /** From the connection's start to the end of the handshake. Default 5 s. */
  readonly handshakeMs: number;
  /** After so long without a byte from the other side a ping goes out, again with every sweep. Default 5 s. */
  readonly keepAliveMs: number;
  /** After so long without a byte the link is closed as `idle`, unless it is we who do not read. Default 20 s. */
  readonly idleMs: number;
  /**
   * Output waiting above this: on accepted links nothing more is read until all of it has left. For `slowMs` it closes the link as
   * `slow`. Default 16 MiB.
   */
  readonly slowBytes: number;
  /** Default 10 s. */
  readonly slowMs: number;
  /** Output waiting above this, as the replies to what was read before reading stopped, closes the link at once. Default 256 MiB. */
  readonly maxOutputBytes: number;
  /** How long a link closed by us waits for the other side to take the last bytes and close too. Default 5 s. */
  readonly lingerMs: number;
  /** How often the limits above are looked at. Default 1 s. */
  readonly sweepMs: number;
}

export const DEFAULT_NETWORK_LIMITS: NetworkLimits = {
  maxFrameBytes: MAX_FRAME_BYTES,
  maxConnections: 10_000,
  maxInFlight: 16_384,
  stalledMs: 30_000,
  handshakeMs: 5_000,
  keepAliveMs: 5_000,
  idleMs: 20_000,
  slowBytes: 16 * 1024 * 1024,
  slowMs: 10_000,
  maxOutputBytes: 256 * 1024 * 1024,
  lingerMs: 5_000,
  sweepMs: 1_000,
};
