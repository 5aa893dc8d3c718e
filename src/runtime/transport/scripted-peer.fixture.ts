import type { Hello, Network, Timers } from '../world/index.ts';
import { Peer, type PeerOptions } from './peer.ts';
import { ScriptedLink } from './scripted-link.fixture.ts';

const hello: Hello = { protocolVersion: 1, clusterName: 'shop', role: 'node', nodeName: 'a' };

export const links: ScriptedLink[] = [];
export const timers: { delayMs: number; callback: () => void; cancelled: boolean }[] = [];
export const events: string[] = [];
export const dials: { address: string; expectNode: string | undefined }[] = [];

/** Before each test. */
export function forgetPeers(): void {
  for (const list of [links, timers, events, dials]) list.length = 0;
}

const network: Network = {
  listen: () => Promise.reject(new Error('not part of this test')),
  dial(address, _hello, handler, options) {
    dials.push({ address, expectNode: options?.expectNode });
    const link = new ScriptedLink(handler);
    links.push(link);
    return link;
  },
};

const manualTimers: Timers = {
  after(delayMs, callback) {
    const timer = { delayMs, callback, cancelled: false };
    timers.push(timer);
    return {
      cancel: () => {
        timer.cancelled = true;
      },
    };
  },
  every: () => ({ cancel: () => undefined }),
  soon: (callback) => callback(),
};

export function peerOf(options: Partial<PeerOptions> = {}): Peer {
  const random = { uint32: () => 0, below: (bound: number) => bound - 1, bytes: (length: number) => new Uint8Array(length) };
  return new Peer({
    world: { network, timers: manualTimers, random },
    address: 'b:1',
    hello,
    onUp: () => events.push('up'),
    onDown: ({ kind }) => events.push(`down ${kind}`),
    onDialFailed: ({ kind }) => events.push(`dial failed ${kind}`),
    ...options,
  });
}

export function upPeer(options: Partial<PeerOptions> = {}): { peer: Peer; link: ScriptedLink } {
  const peer = peerOf(options);
  const link = links[0] as ScriptedLink;
  link.open();
  return { peer, link };
}
