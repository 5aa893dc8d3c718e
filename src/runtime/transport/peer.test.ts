import { beforeEach, describe, expect, test } from 'vitest';
import { MalformedBytes } from '../bytes/index.ts';
import type { Peer } from './peer.ts';
import { dials, events, forgetPeers, links, peerOf, timers, upPeer } from './scripted-peer.fixture.ts';

beforeEach(forgetPeers);

/** A request whose end is written to `events`. */
function ask(peer: Peer, name: string): number {
  return peer.request(
    1,
    (writer) => writer.u8(name.length),
    (kind, body) => events.push(`${name} reply ${kind} ${[...body.rest()]}`),
    (failure) => events.push(`${name} ${failure}`),
  );
}

describe('dialling', () => {
  test('begins at once and says whom it expects', () => {
    const peer = peerOf({ expectNode: 'b' });
    expect(dials).toEqual([{ address: 'b:1', expectNode: 'b' }]);
    expect(peer.isUp).toBe(false);
    links[0]?.open();
    expect(peer.isUp).toBe(true);
    expect(peer.remote?.nodeName).toBe('b');
    expect(events).toEqual(['up']);
  });

  test('is tried again after growing pauses, which start over once a link was open', () => {
    peerOf({ minBackoffMs: 100, maxBackoffMs: 300 });
    for (let attempt = 0; attempt < 4; attempt++) {
      links[attempt]?.end('unreachable');
      timers[attempt]?.callback();
    }
    links[4]?.open();
    links[4]?.end();
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([100, 200, 300, 300, 100]);
    expect(events).toEqual([...new Array(4).fill('dial failed unreachable'), 'up', 'down lost']);
    expect(links).toHaveLength(5);
  });

  test('ends with close, in every state', () => {
    const dialling = peerOf();
    dialling.close();
    expect(links[0]?.closedWith).toBe('closed by this side');
    links[0]?.end('closed');
    expect(timers).toEqual([]);

    const waiting = peerOf();
    links[1]?.end('unreachable');
    waiting.close();
    expect(timers[0]?.cancelled).toBe(true);

    const up = peerOf({ onDown: () => up.close() });
    links[2]?.open();
    links[2]?.end();
    expect(timers[1]?.cancelled, 'closed from within its own callback').toBe(true);
    expect(links).toHaveLength(3);
  });
});

describe('requests', () => {
  test('carry distinct correlation ids from 1 on, and replies find them in any order', () => {
    const { peer, link } = upPeer();
    expect([ask(peer, 'a'), ask(peer, 'bb'), ask(peer, 'ccc')]).toEqual([1, 2, 3]);
    expect(link.sent).toEqual([1, 2, 3].map((id) => ({ kind: 1, correlation: id, body: [id] })));
    expect(peer.inFlight).toBe(3);
    link.deliver(0x81, 3, 33);
    link.deliver(0x82, 1, 11, 12);
    link.deliver(0x81, 2);
    expect(events).toEqual(['up', 'ccc reply 129 33', 'a reply 130 11,12', 'bb reply 129 ']);
    expect(peer.inFlight).toBe(0);
  });

  test('ignore replies that are doubled, unknown or cancelled', () => {
    const { peer, link } = upPeer();
    const answered = ask(peer, 'a');
    link.deliver(0x81, answered);
    link.deliver(0x81, answered);
    link.deliver(0x81, 4711);
    const cancelled = ask(peer, 'b');
    expect(peer.cancel(cancelled)).toBe(true);
    expect(peer.cancel(cancelled)).toBe(false);
    link.deliver(0x81, cancelled);
    link.end();
    expect(events).toEqual(['up', 'a reply 129 ', 'down lost']);
  });

  test('are lost with their link, told in order and before onDown, and a late reply on the next link does not meet a new one', () => {
    const { peer, link } = upPeer();
    ask(peer, 'a');
    const second = ask(peer, 'b');
    link.end();
    timers[0]?.callback();
    links[1]?.open();
    expect(ask(peer, 'c')).toBe(second + 1);
    link.deliver(0x81, second + 1);
    links[1]?.deliver(0x81, second);
    expect(events).toEqual(['up', 'a lost', 'b lost', 'down lost', 'up']);
  });

  test('cancelled by the failure of another are not told', () => {
    const { peer, link } = upPeer();
    let second = 0;
    peer.request(
      1,
      () => undefined,
      () => undefined,
      () => peer.cancel(second),
    );
    second = ask(peer, 'b');
    link.end();
    expect(events).toEqual(['up', 'down lost']);
  });

  test('fail at once as not-sent while there is no link', () => {
    const peer = peerOf();
    expect(ask(peer, 'a')).toBe(0);
    links[0]?.open();
    links[0]?.end();
    ask(peer, 'b');
    peer.close();
    ask(peer, 'c');
    expect(events).toEqual(['a not-sent', 'up', 'down lost', 'b not-sent', 'c not-sent']);
  });

  test('fail as not-sent over the limits, until these are kept again', () => {
    const { peer, link } = upPeer({ maxInFlight: 2, maxBufferedBytes: 100 });
    ask(peer, 'a');
    link.bufferedBytes = 101;
    ask(peer, 'b');
    expect(peer.send(1, () => undefined)).toBe(false);
    link.bufferedBytes = 100;
    ask(peer, 'c');
    ask(peer, 'd');
    link.deliver(0x81, 1);
    ask(peer, 'e');
    expect(events).toEqual(['up', 'b not-sent', 'd not-sent', 'a reply 129 ']);
    expect(link.sent.map(({ correlation }) => correlation)).toEqual([1, 2, 3]);
  });

  test('say why they were not sent, naming the value and the rule', () => {
    const details: string[] = [];
    const { peer, link } = upPeer({ maxInFlight: 1, maxBufferedBytes: 100 });
    const tell = () =>
      peer.request(
        1,
        () => undefined,
        () => undefined,
        (_failure, detail) => details.push(detail),
      );
    link.bufferedBytes = 101;
    tell();
    link.bufferedBytes = 0;
    tell();
    tell();
    link.end('lost', 'reset');
    tell();
    expect(details).toEqual([
      '101 bytes to b:1 are waiting, the limit is 100',
      '1 requests to b:1 are unanswered, the limit is 1',
      'lost: reset',
      'no link to b:1: lost: reset',
    ]);
  });

  test('that cannot be written or are too large throw, and nothing of them stays', () => {
    const { peer, link } = upPeer();
    const failing = () => {
      throw new RangeError('does not fit');
    };
    const never = () => expect.unreachable();
    expect(() => peer.request(1, failing, never, never)).toThrow(RangeError);
    link.tooLarge = new Error('too large');
    expect(() => peer.request(1, () => undefined, never, never)).toThrow('too large');
    link.tooLarge = undefined;
    expect(peer.inFlight).toBe(0);
    ask(peer, 'a');
    expect(link.sent).toHaveLength(1);
  });

  test('on close are lost before close returns, and no other callback follows', () => {
    const { peer, link } = upPeer();
    ask(peer, 'a');
    peer.close();
    expect(events).toEqual(['up', 'a lost']);
    expect(link.closedWith).toBeDefined();
    link.deliver(0x81, 1);
    link.end('closed');
    expect(events).toEqual(['up', 'a lost']);
    expect(timers).toEqual([]);
  });

  test('made from within a failure are told not-sent and do not loop', () => {
    const { peer, link } = upPeer();
    peer.request(
      1,
      () => undefined,
      () => undefined,
      () => ask(peer, 'again'),
    );
    link.end();
    expect(events).toEqual(['up', 'again not-sent', 'down lost']);
  });
});

test('frames without a reply carry correlation 0', () => {
  const { peer, link } = upPeer();
  expect(peer.send(5, (writer) => writer.u8(1))).toBe(true);
  expect(link.sent).toEqual([{ kind: 5, correlation: 0, body: [1] }]);
  link.end();
  expect(peer.send(5, () => undefined)).toBe(false);
});

test('requests of the other side go to onRequest, and a malformed one is the link to close', () => {
  const { link } = upPeer({
    onRequest: (_link, kind, correlation, body) => events.push(`asked ${kind} ${correlation} ${body.u8()}`),
  });
  link.deliver(7, 9, 1);
  expect(() => link.deliver(7, 10)).toThrow(MalformedBytes);
  expect(events).toEqual(['up', 'asked 7 9 1']);
});
