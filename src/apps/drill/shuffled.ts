import type { SeededRandom } from '../../runtime/simulated/index.ts';

export type Random = Pick<SeededRandom, 'below'>;

export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [result[index], result[other]] = [result[other] as Item, result[index] as Item];
  }
  return result;
}
