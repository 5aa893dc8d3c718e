import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as Atomic from '../../src/verification/simulation/atomic/index.ts';

const REGISTER = '../../src/protocols/register';
const STANDING = '../../src/protocols/register-seats/standing.ts';

/** Whether one of so many seeds shows a violation. @param first - shortly before one that does, where the first that does is late */
async function caughtWithin(runs: number, ring = false, first = 1n): Promise<boolean> {
  const { drawAtomicPlan, runAtomicPlan }: typeof Atomic = await import('../../src/verification/simulation/atomic/index.ts');
  for (let seed = first; seed < first + BigInt(runs); seed++) {
    const { violation } = runAtomicPlan(drawAtomicPlan(seed, { ring }));
    if (violation?.message.includes('not linearizable') === true) return true;
    expect(violation, `seed ${seed}`).toBeUndefined();
  }
  return false;
}

describe('the checker notices an atomic bucket', () => {
  afterEach(() => {
    vi.resetModules();
    for (const file of ['operation.ts', 'coordination.ts']) vi.doUnmock(`${REGISTER}/${file}`);
    vi.doUnmock('../../src/stores/kv/replica/unsynced-keys.ts');
    vi.doUnmock('../../src/stores/kv/atomic/actor.ts');
    vi.doUnmock(STANDING);
  });

  test('whose reads and writes take one replica instead of a majority', async () => {
    vi.doMock(`${REGISTER}/operation.ts`, async (original) => ({ ...(await original<object>()), majority: () => 1 }));
    expect(await caughtWithin(50)).toBe(true);
  });

  test('whose reads do not write back what they found', async () => {
    vi.doMock(`${REGISTER}/coordination.ts`, async (original) => {
      const protocol = await original<typeof import('../../src/protocols/register/coordination.ts')>();
      const onAnswer: typeof protocol.onAnswer = (state, replica, version, isDurable, effects) => {
        protocol.onAnswer(state, replica, version, isDurable, effects);
        if (state.intent !== 'read' || state.phase !== 'record' || state.version === undefined) return;
        state.phase = 'finished';
        effects.done(state.version);
      };
      return { ...protocol, onAnswer };
    });
    expect(await caughtWithin(200)).toBe(true);
  });

  test('whose reads take for settled what replicas hold in memory only', async () => {
    vi.doMock('../../src/stores/kv/replica/unsynced-keys.ts', async (original) => {
      const { UnsyncedKeys } = await original<typeof import('../../src/stores/kv/replica/unsynced-keys.ts')>();
      class Forgetful extends UnsyncedKeys {
        override has(): boolean {
          return false;
        }
      }
      return { UnsyncedKeys: Forgetful };
    });
    expect(await caughtWithin(1_000)).toBe(true);
  });

  test('whose nodes choose the same timestamps', async () => {
    vi.doMock('../../src/stores/kv/atomic/actor.ts', () => ({ drawActor: () => 1 }));
    expect(await caughtWithin(300)).toBe(true);
  });

  test('whose replicas answer for seats that they hold, whether they have the registers or not', async () => {
    vi.doMock(STANDING, async (original) => {
      const standing = await original<typeof import('../../src/protocols/register-seats/standing.ts')>();
      const judge: typeof standing.judge = (addressed, known, own, self) => {
        const verdict = standing.judge(addressed, known, own, self);
        return verdict === 'unfit' && known[addressed.place]?.holder === self ? 'answer' : verdict;
      };
      return { ...standing, judge };
    });
    expect(await caughtWithin(100, true, 60n)).toBe(true);
  });
});
