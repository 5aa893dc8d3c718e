import { beforeEach, describe, expect, test } from 'vitest';
import { Reader } from '../bytes/index.ts';
import type { Peer } from './peer.ts';
import { ScriptedLink } from './scripted-link.fixture.ts';
import { events, forgetPeers, peerOf, upPeer } from './scripted-peer.fixture.ts';

beforeEach(forgetPeers);

describe('a link that the other side dialled and that is lent', () => {
  const lentLink = (): ScriptedLink => new ScriptedLink({ onFrame: () => undefined, onClose: () => undefined });
  const reply = (byte: number): Reader => new Reader(Uint8Array.of(byte));
  const request = (peer: Peer, name: string): number =>
    peer.request(
      1,
      () => undefined,
      (_kind, body) => events.push(`${name}: reply ${body.u8()}`),
      (failure) => events.push(`${name}: ${failure}`),
    );

  test('carries the requests, and the replies come from it; its end is theirs, and the own link takes over', () => {
    const { peer, link } = upPeer();
    const lent = lentLink();
    peer.lend(lent);
    const first = request(peer, 'first');
    const second = request(peer, 'second');
    expect([link.sent.length, lent.sent.map(({ correlation }) => correlation)]).toEqual([0, [first, second]]);
    peer.onLentReply(0x81, second, reply(7));
    peer.onLentEnd(lent, { kind: 'lost', detail: 'cut' });
    request(peer, 'third');
    expect(link.sent.length).toBe(1);
    expect(events).toEqual(['up', 'second: reply 7', 'first: lost']);
  });

  test('leaves the requests that went over the own link to that link', () => {
    const { peer, link } = upPeer();
    const before = request(peer, 'before');
    const lent = lentLink();
    peer.lend(lent);
    request(peer, 'after');
    peer.onLentEnd(lent, { kind: 'lost', detail: 'cut' });
    link.deliver(0x81, before, 3);
    expect(events).toEqual(['up', 'after: lost', 'before: reply 3']);
    peer.lend(lent);
    request(peer, 'last');
    link.end();
    expect([peer.isUp, events.at(-1)]).toEqual([true, 'before: reply 3']);
    peer.onLentEnd(lent, { kind: 'idle', detail: 'silent' });
    expect([peer.isUp, events.slice(-2)]).toEqual([false, ['last: lost', 'down idle']]);
  });

  test('is enough to be up, and ends when the other side opens another one', () => {
    const peer = peerOf();
    const old = lentLink();
    peer.lend(old);
    request(peer, 'old');
    const young = lentLink();
    peer.lend(young);
    request(peer, 'young');
    peer.onLentEnd(old, { kind: 'idle', detail: 'silent' });
    expect([peer.isUp, young.sent.length]).toEqual([true, 1]);
    peer.close();
    expect(events).toEqual(['up', 'old: lost', 'young: lost']);
    expect(young.closedWith, 'it stays its owner’s').toBeUndefined();
  });
});
