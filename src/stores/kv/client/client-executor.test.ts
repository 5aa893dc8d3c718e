import { beforeEach, describe, expect, it } from 'vitest';
import {
  CHANGE_REPLY,
  FakeCluster,
  GET,
  GET_REPLY,
  type Outcome,
  PUT,
  properly,
  type Received,
} from '../../../../tests/support/fake-cluster.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import { overloaded, stopping } from '../errors.ts';

describe('the client', () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = new FakeCluster();
  });

  describe('choosing a node', () => {
    it('takes them in turn while all are equally busy', () => {
      for (const name of ['n1', 'n2', 'n3']) cluster.startNode(name, properly);
      const client = cluster.startClient(['n1', 'n2', 'n3']);
      cluster.simulation.runFor(100);
      for (let count = 0; count < 30; count++) expect(cluster.outcomeOf(client, GET)).toEqual(GET_REPLY);
      for (const name of ['n1', 'n2', 'n3']) expect(cluster.received.filter(({ node }) => node === name).length).toBe(10);
    });

    it('prefers the one with the fewest requests in flight', () => {
      cluster.startNode('slow', () => {});
      cluster.startNode('quick', properly);
      const client = cluster.startClient(['slow', 'quick']);
      cluster.simulation.runFor(100);
      const { into } = cluster.ask(client, GET);
      cluster.ask(client, GET, into);
      cluster.simulation.runFor(100);
      for (let count = 0; count < 10; count++) expect(cluster.outcomeOf(client, GET)).toEqual(GET_REPLY);
      expect(cluster.received.filter(({ node }) => node === 'slow').length).toBe(1);
    });

    it('gives one that has just come fewer at first, as long as others are there', () => {
      cluster.startNode('old', properly);
      const client = cluster.startClient(['old', 'fresh']);
      cluster.simulation.runFor(10_000);
      cluster.startNode('fresh', properly);
      cluster.simulation.runFor(2_000);
      const sharesOfFresh = Array.from({ length: 5 }, () => {
        cluster.received.length = 0;
        for (let count = 0; count < 10; count++) for (let atOnce = 0; atOnce < 5; atOnce++) cluster.ask(client, GET);
        cluster.simulation.runFor(1_000);
        return cluster.received.filter(({ node }) => node === 'fresh').length / 50;
      });
      expect(sharesOfFresh[0]).toBeLessThan(0.5);
      expect(sharesOfFresh.at(-1)).toBe(0.5);
    });

    it('gives one that has just come all there is when there is no other', () => {
      cluster.startNode('only', properly);
      const client = cluster.startClient(['only']);
      for (let count = 0; count < 10; count++) expect(cluster.outcomeOf(client, GET)).toEqual(GET_REPLY);
    });

    it('never mixes two clusters, even if it was told no name', () => {
      cluster.startNode('n1', properly, 'ours');
      const client = cluster.startClient(['n1', 'n2']);
      cluster.simulation.runFor(100);
      cluster.startNode('n2', properly, 'theirs');
      cluster.simulation.runFor(5_000);
      for (let count = 0; count < 10; count++) cluster.outcomeOf(client, GET);
      expect(cluster.received.every(({ node }) => node === 'n1')).toBe(true);
    });
  });

  describe('when a node fails', () => {
    it.each([
      ['is lost', (one: Received) => one.hangUp()],
      ['answers nonsense', (one: Received) => one.malformed()],
      ['answers with another kind of reply', (one: Received) => one.reply(CHANGE_REPLY)],
      ['says that it is stopping', (one: Received) => one.fail(stopping('bad'))],
      ['says that it is overloaded', (one: Received) => one.fail(overloaded('bad', 1))],
    ])('a read whose node %s is repeated on another', (_what, failing) => {
      cluster.startNode('bad', failing);
      cluster.startNode('good', properly);
      const client = cluster.startClient(['bad', 'good']);
      cluster.simulation.runFor(100);
      for (let count = 0; count < 10; count++) expect(cluster.outcomeOf(client, GET)).toEqual(GET_REPLY);
      expect(cluster.received.some(({ node }) => node === 'bad')).toBe(true);
    });

    it('a change that was sent and lost is not repeated: its outcome is unknown', () => {
      cluster.startNode('n1', (one) => one.hangUp());
      const client = cluster.startClient(['n1']);
      expect(cluster.outcomeOf(client, PUT)).toMatchObject({ code: 'connection-lost', outcome: 'unknown' });
      cluster.simulation.runFor(5_000);
      expect(cluster.received.length).toBe(1);
    });

    it('a change that the node did not begin is repeated, with the time that is left', () => {
      cluster.startNode('n1', (one) => (cluster.received.length < 3 ? one.fail(overloaded('n1', 1)) : one.reply()));
      const client = cluster.startClient(['n1']);
      expect(cluster.outcomeOf(client, PUT)).toEqual(CHANGE_REPLY);
      const limits = cluster.received.map(({ request }) => request.timeoutMs);
      expect(limits[0]).toBeLessThanOrEqual(1_000);
      expect(limits[1]).toBeLessThan(limits[0]!);
      expect(limits[2]).toBeLessThan(limits[1]!);
    });

    it('a change that may have been applied is not repeated, whatever its code', () => {
      const unsure = new QuorateError({ code: 'connection-lost', message: 'm', outcome: 'unknown', next: 'n' });
      cluster.startNode('n1', (one) => one.fail(unsure));
      const client = cluster.startClient(['n1']);
      expect(cluster.outcomeOf(client, PUT)).toMatchObject({ code: 'connection-lost', outcome: 'unknown' });
      cluster.simulation.runFor(5_000);
      expect(cluster.received.length).toBe(1);
    });

    it('an error about the request itself is passed on at once', () => {
      cluster.startNode('n1', (one) =>
        one.fail(new QuorateError({ code: 'not-enough-replicas', message: 'm', outcome: 'not-applied', next: 'n' })),
      );
      const client = cluster.startClient(['n1']);
      expect(cluster.outcomeOf(client, GET)).toMatchObject({ code: 'not-enough-replicas' });
      expect(cluster.received.length).toBe(1);
    });

    it('a failure that never passes is what the caller hears in the end', () => {
      cluster.startNode('n1', (one) => one.fail(overloaded('n1', 5)));
      const client = cluster.startClient(['n1']);
      cluster.simulation.runFor(100);
      const before = cluster.simulation.now;
      expect(cluster.outcomeOf(client, PUT)).toMatchObject({
        code: 'overloaded',
        outcome: 'not-applied',
        data: { node: 'n1', inFlight: 5 },
      });
      expect(cluster.simulation.now - before).toBeGreaterThanOrEqual(1_000);
      expect(cluster.simulation.now - before).toBeLessThan(1_020);
    });
  });

  describe('time limits', () => {
    it.each([
      ['read', GET, 'not-applied'],
      ['change', PUT, 'unknown'],
    ] as const)('end a %s whose node is silent', (_what, request, outcome) => {
      cluster.startNode('n1', () => {});
      const client = cluster.startClient(['n1']);
      cluster.simulation.runFor(100);
      const before = cluster.simulation.now;
      expect(cluster.outcomeOf(client, request)).toMatchObject({
        code: 'timeout',
        outcome,
        data: { node: expect.stringContaining('n1') },
      });
      expect(cluster.simulation.now - before).toBeGreaterThanOrEqual(1_000);
      expect(cluster.simulation.now - before).toBeLessThan(1_200);
      // An answer that comes after all is nobody's.
      cluster.received[0]!.reply();
      cluster.simulation.runFor(1_000);
      expect(client.underWay).toBe(0);
    });

    it('leave the node time to say more: its own error comes first', () => {
      const fuller = new QuorateError({
        code: 'timeout',
        message: '1 of 2',
        outcome: 'unknown',
        next: 'n',
        data: { answered: 1 },
      });
      cluster.startNode('n1', (one) => cluster.simulation.after(one.request.timeoutMs + 10, () => one.fail(fuller)));
      expect(cluster.outcomeOf(cluster.startClient(['n1']), PUT)).toMatchObject({ code: 'timeout', data: { answered: 1 } });
    });

    it('hold in the order of the deadlines, not of the requests', () => {
      cluster.startNode('n1', () => {});
      const client = cluster.startClient(['n1']);
      const ended: Outcome[] = [];
      for (const timeoutMs of [900, 300, 600, 300]) cluster.ask(client, { ...GET, timeoutMs }, ended);
      cluster.simulation.run(() => ended.length === 4);
      expect(ended.map((error) => (error as QuorateError).data['timeoutMs'])).toEqual([300, 300, 600, 900]);
    });
  });

  describe('without any node', () => {
    it('waits for one until the time limit', () => {
      const client = cluster.startClient(['n1']);
      const { into } = cluster.ask(client, PUT);
      cluster.simulation.runFor(500);
      expect(into).toEqual([]);
      cluster.startNode('n1', properly);
      cluster.simulation.run(() => into.length > 0);
      expect(into).toEqual([CHANGE_REPLY]);
    });

    it('names every address and what became of it', () => {
      cluster.startNode('n2', properly, 'another');
      const client = cluster.startClient(['n1', 'n2'], { clusterName: 'test' });
      expect(cluster.outcomeOf(client, PUT)).toMatchObject({
        code: 'no-node-reachable',
        outcome: 'not-applied',
        data: {
          addresses: ['n1:7000', 'n2:7000'],
          reasons: [expect.stringMatching(/^unreachable/), expect.stringMatching(/^refused: .*'another'/)],
        },
      });
    });

    it('does not wait when every address has refused', () => {
      cluster.startNode('n1', properly, 'another');
      const client = cluster.startClient(['n1'], { clusterName: 'test' });
      expect(cluster.outcomeOf(client, GET)).toMatchObject({ code: 'no-node-reachable' });
      expect(cluster.outcomeOf(client, GET)).toMatchObject({ code: 'no-node-reachable' });
      expect(cluster.simulation.now).toBeLessThan(500);
    });
  });

  describe('limits', () => {
    it('keep further requests waiting, first come first sent', () => {
      cluster.startNode('n1', () => {});
      const client = cluster.startClient(['n1'], { maxInFlightPerNode: 2 });
      const ended: Outcome[] = [];
      for (let index = 0; index < 5; index++) cluster.ask(client, { ...GET, key: Uint8Array.of(index) }, ended);
      cluster.simulation.runFor(100);
      expect(cluster.received.length).toBe(2);
      for (let index = 0; index < 5; index++) {
        cluster.received[index]!.reply();
        cluster.simulation.runFor(50);
      }
      expect(ended.length).toBe(5);
      expect(cluster.received.map(({ request }) => ('key' in request ? request.key[0] : undefined))).toEqual([0, 1, 2, 3, 4]);
    });

    it('make room when a request is cancelled, whose end nobody is told of', () => {
      cluster.startNode('n1', () => {});
      const client = cluster.startClient(['n1'], { maxInFlightPerNode: 1 });
      const { into, cancel } = cluster.ask(client, GET);
      const waiting = cluster.ask(client, GET, into);
      cluster.ask(client, GET, into);
      cluster.simulation.runFor(100);
      waiting.cancel();
      cancel();
      cancel();
      cluster.simulation.runFor(100);
      expect(cluster.received.length).toBe(2);
      cluster.received[1]!.reply();
      cluster.simulation.runFor(5_000);
      expect(into).toEqual([GET_REPLY]);
      expect(client.underWay).toBe(0);
    });

    it('tell a request that was never sent so', () => {
      cluster.startNode('n1', () => {});
      const client = cluster.startClient(['n1'], { maxInFlightPerNode: 1 });
      cluster.ask(client, { ...GET, timeoutMs: 60_000 });
      expect(cluster.outcomeOf(client, PUT)).toMatchObject({ code: 'timeout', outcome: 'not-applied' });
    });

    it('refuse what is beyond all waiting', () => {
      const client = cluster.startClient(['n1'], { maxUnderWay: 2 });
      cluster.ask(client, GET);
      cluster.ask(client, GET);
      expect(cluster.ask(client, PUT).into).toMatchObject([{ code: 'overloaded', outcome: 'not-applied' }]);
    });
  });

  it('finishes what is under way before it closes, and takes nothing more', () => {
    cluster.startNode('n1', (one) => cluster.simulation.after(200, () => one.reply()));
    const client = cluster.startClient(['n1']);
    const { into } = cluster.ask(client, PUT);
    cluster.simulation.runFor(100);
    let endedBefore = -1;
    client.close(() => {
      endedBefore = into.length;
    });
    expect(cluster.ask(client, GET).into).toMatchObject([{ code: 'closed' }]);
    cluster.simulation.runFor(1_000);
    expect(into).toEqual([CHANGE_REPLY]);
    expect(endedBefore).toBe(1);
  });
});
