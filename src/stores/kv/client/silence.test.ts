import { beforeEach, describe, expect, it } from 'vitest';
import { CHANGE_REPLY, FakeCluster, GET, GET_REPLY, PUT, properly } from '../../../../tests/support/fake-cluster.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';

describe('the client', () => {
  let cluster: FakeCluster;

  beforeEach(() => {
    cluster = new FakeCluster();
  });

  describe('when a node falls silent while others answer', () => {
    /** Three nodes, of which `n1` can be made to say nothing at all. */
    function threeNodes() {
      let isMute = false;
      cluster.startNode('n1', (one) => {
        if (!isMute) one.reply();
      });
      for (const name of ['n2', 'n3']) cluster.startNode(name, properly);
      const client = cluster.startClient(['n1', 'n2', 'n3']);
      cluster.simulation.runFor(100);
      const askedOf = (node: string) => cluster.received.filter((one) => one.node === node).length;
      return { client, askedOf, mute: (is: boolean) => (isMute = is) };
    }

    it('a read that waits there is asked elsewhere long before its time is up', () => {
      const { client, mute } = threeNodes();
      mute(true);
      const began = cluster.simulation.now;
      for (let count = 0; count < 3; count++) expect(cluster.outcomeOf(client, { ...GET, timeoutMs: 10_000 })).toEqual(GET_REPLY);
      expect(cluster.simulation.now - began).toBeLessThan(1_000);
    });

    it('nothing new goes there, but a question now and then; and all of it again once it answers', () => {
      const { client, askedOf, mute } = threeNodes();
      mute(true);
      for (let count = 0; count < 3; count++) cluster.outcomeOf(client, GET);
      const before = askedOf('n1');
      for (let count = 0; count < 100; count++) {
        expect(cluster.outcomeOf(client, PUT)).toEqual(CHANGE_REPLY);
        cluster.simulation.runFor(20);
      }
      expect(askedOf('n1') - before).toBeLessThan(8);
      mute(false);
      cluster.simulation.runFor(1_000);
      const healed = askedOf('n1');
      for (let count = 0; count < 30; count++) cluster.outcomeOf(client, GET);
      expect(askedOf('n1') - healed).toBe(10);
    });

    it('a change that waits there is not repeated', () => {
      const { client, mute } = threeNodes();
      mute(true);
      const outcomes = [PUT, PUT, PUT].map((put) => cluster.outcomeOf(client, put));
      expect(outcomes.filter((outcome) => outcome instanceof QuorateError)).toMatchObject([
        { code: 'timeout', outcome: 'unknown' },
      ]);
      expect(cluster.received.filter(({ request }) => request.kind === 'change')).toHaveLength(3);
    });

    it('one that is only slow at something, and answers small questions, keeps it', () => {
      const lists: string[] = [];
      for (const name of ['n1', 'n2']) {
        cluster.startNode(name, (one) => (one.request.kind === 'get' ? one.reply() : lists.push(name)));
      }
      const client = cluster.startClient(['n1', 'n2']);
      cluster.simulation.runFor(100);
      cluster.outcomeOf(client, GET);
      const list = { kind: 'list', bucket: 'b', cursor: undefined, limit: 10, timeoutMs: 1_500 } as const;
      expect(cluster.outcomeOf(client, list)).toMatchObject({ code: 'timeout' });
      expect(lists).toHaveLength(1);
    });

    it('when nobody answers, nobody is singled out', () => {
      for (const name of ['n1', 'n2']) cluster.startNode(name, () => {});
      const client = cluster.startClient(['n1', 'n2']);
      cluster.simulation.runFor(100);
      expect(cluster.outcomeOf(client, GET)).toMatchObject({ code: 'timeout' });
      const reads = cluster.received.filter(({ request }) => request.kind === 'get');
      expect(reads.length).toBeLessThan(10);
    });
  });
});
