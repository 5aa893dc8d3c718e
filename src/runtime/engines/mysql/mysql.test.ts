import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realWorld, silentLog } from '../../real/index.ts';
import { describeEngine } from '../conformance.ts';
import { all, bytes, put, set, write } from '../conformance-notation.ts';
import type { Engine, Operation } from '../engine.ts';
import { TestMariadb, withoutMariadb } from './mariadb-for-tests.ts';
import { type MysqlEngineOptions, openMysqlEngine } from './mysql.ts';
import { statements } from './table.ts';

const { timers } = realWorld({ log: silentLog });
let tables = 0;

function durable(engine: Engine): Promise<Error | undefined> {
  return new Promise((resolve) => engine.write([], (error) => resolve(error)));
}

describe.skipIf(withoutMariadb !== undefined)(
  `with MariaDB${withoutMariadb === undefined ? '' : `: SKIPPED, ${withoutMariadb}`}`,
  () => {
    let server: TestMariadb;
    beforeAll(async () => {
      server = await TestMariadb.start();
    }, 60_000);
    afterAll(() => server?.[Symbol.asyncDispose]());

    const open = (options: Partial<MysqlEngineOptions> = {}): Promise<Engine> =>
      openMysqlEngine({ address: server.address, table: `n${++tables}`, timers, ...options });

    describeEngine('the MySQL engine', async () => {
      const table = `n.${++tables}`;
      let engine = await open({ table });
      return {
        engine,
        async reopen() {
          engine = await open({ table });
          return engine;
        },
        settle: async () => void (await durable(engine)),
        dispose: () => engine.close(),
      };
    });

    it('has what it acknowledged after the server was killed, and takes no more writes from then on', async () => {
      const engine = await open({ table: 'killed' });
      write(engine, [set('a', '1'), set('b', '2')]);
      expect(await durable(engine)).toBeUndefined();
      await server.end('SIGKILL');
      const failed = await new Promise((resolve) => put(engine, 'c', '3', resolve));
      expect(engine.failure).toBeDefined();
      expect(failed).toMatchObject({ code: 'database-failed', outcome: 'unknown' });
      expect(await durable(engine)).toMatchObject({ code: 'engine-failed', outcome: 'not-applied' });
      expect(all(engine)).toEqual(['a=1', 'b=2', 'c=3']);
      await expect(engine.close()).rejects.toMatchObject({ code: 'database-failed' });
      await server.run();
      const again = await open({ table: 'killed' });
      expect(all(again)).toEqual(['a=1', 'b=2']);
      await again.close();
    });

    it('tells how long each transaction took', async () => {
      const took: number[] = [];
      const engine = await open({ onSync: (milliseconds) => took.push(milliseconds) });
      write(engine, [set('a', '1'), set('b', '2')]);
      expect(await durable(engine)).toBeUndefined();
      expect(took).toHaveLength(1);
      expect(took[0]).toBeGreaterThan(0);
      await engine.close();
    });

    it('tells keys apart that differ in zeros and spaces at their ends, or in case', async () => {
      const engine = await open({ table: 'keys' });
      const keys = [Uint8Array.of(97), Uint8Array.of(97, 0), Uint8Array.of(97, 0, 0), Uint8Array.of(97, 32), Uint8Array.of(65)];
      write(
        engine,
        keys.map((key, index) => ({ key, value: Uint8Array.of(index) })),
      );
      await engine.close();
      const again = await open({ table: 'keys' });
      expect(keys.map((key) => again.get(key)?.[0])).toEqual([0, 1, 2, 3, 4]);
      await again.close();
    });

    it('loads more than a page, and stores more than a statement', async () => {
      const engine = await open({ table: 'many' });
      const operations = Array.from({ length: 2345 }, (_, index) => set(`k${index}`, `${index}`));
      write(engine, operations);
      await engine.close();
      const again = await open({ table: 'many' });
      expect(all(again).length).toBe(2345);
      await again.close();
    });

    it('is one process’s at a time', async () => {
      const engine = await open({ table: 'mine' });
      await expect(open({ table: 'mine' })).rejects.toMatchObject({ code: 'table-in-use', outcome: 'not-applied' });
      await engine.close();
      await (await open({ table: 'mine' })).close();
    });

    it('does not read more into memory than it may', async () => {
      const engine = await open({ table: 'large' });
      write(engine, [set('a', 'x'.repeat(100))]);
      await engine.close();
      await expect(open({ table: 'large', mostBytes: 100 })).rejects.toMatchObject({ code: 'data-too-large' });
    });

    it('says who refuses: nobody there, a wrong password, a server that does not sync', async () => {
      const nowhere = { ...server.address, at: { socket: '/nowhere' } };
      await expect(open({ address: nowhere })).rejects.toMatchObject({ code: 'database-unreachable' });
      await expect(open({ address: { ...server.address, user: 'nobody', password: 'x' } })).rejects.toMatchObject({
        code: 'database-refused',
      });
      await server.query('SET GLOBAL innodb_flush_log_at_trx_commit = 2');
      await expect(open()).rejects.toMatchObject({ code: 'database-unsuitable' });
      await server.query('SET GLOBAL innodb_flush_log_at_trx_commit = 1');
    });
  },
);

describe('the statements of a transaction', () => {
  const small = (count: number): Operation[] => Array.from({ length: count }, () => ({ key: bytes('k'), value: bytes('v') }));
  it('have few different numbers of rows', () => {
    expect(statements(small(82)).map(({ length }) => length)).toEqual([64, 8, 8, 1, 1]);
  });
  it('fit a packet', () => {
    const large: Operation = { key: bytes('k'), value: new Uint8Array(700_000) };
    expect(statements([large, ...small(8), large, large]).map(({ length }) => length)).toEqual([8, 1, 1, 1]);
  });
});
