import type { Actor } from '../../../protocols/versions/index.ts';
import type { Random } from '../../../runtime/world/index.ts';

/** 48 random bits, never zero: that two of a million are equal has odds of one in six hundred. */
export function drawActor(random: Random): Actor {
  return random.below(2 ** 16) * 2 ** 32 + random.uint32() || 1;
}
