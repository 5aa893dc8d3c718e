import { describe, expect, it } from 'vitest';
import { type Reductions, shrink } from './shrink.ts';

interface Numbers {
  readonly numbers: readonly number[];
  readonly size: number;
}

const reductions: Reductions<Numbers> = {
  lists: [
    {
      items: ({ numbers }) => numbers,
      keep: (plan, places) => ({ ...plan, numbers: plan.numbers.filter((_number, place) => places.has(place)) }),
    },
  ],
  *simpler(plan) {
    if (plan.size > 0) yield { ...plan, size: plan.size - 1 };
  },
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_unused, index) => index);

describe('a failing plan', () => {
  it('is reduced to the items that the failure needs, and to the smallest size', async () => {
    const fails = ({ numbers, size }: Numbers): boolean => [17, 42, 63].every((each) => numbers.includes(each)) && size >= 3;
    const { plan, isMinimal, tried } = await shrink({ numbers: upTo(100), size: 9 }, { reductions, fails });
    expect(plan).toEqual({ numbers: [17, 42, 63], size: 3 });
    expect(isMinimal).toBe(true);
    expect(tried).toBeLessThan(200);
  });

  it('loses a list that does not matter at the first try', async () => {
    const { plan, tried } = await shrink({ numbers: upTo(1000), size: 0 }, { reductions, fails: () => true });
    expect(plan.numbers).toEqual([]);
    expect(tried).toBe(1);
  });

  it('stays as it is when each part is needed', async () => {
    const whole = upTo(7);
    const { plan } = await shrink({ numbers: whole, size: 0 }, { reductions, fails: ({ numbers }) => numbers.length === 7 });
    expect(plan.numbers).toEqual(whole);
  });

  it('is handed back as far as it got when the budget is spent', async () => {
    const fails = ({ numbers }: Numbers): boolean => numbers.filter((each) => each % 3 === 0).length === 34;
    const { plan, isMinimal, tried } = await shrink({ numbers: upTo(100), size: 9 }, { reductions, fails, budget: 20 });
    expect(tried).toBe(20);
    expect(isMinimal).toBe(false);
    expect(fails(plan)).toBe(true);
  });
});
