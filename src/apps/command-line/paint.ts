/** Colours, on a terminal only, and not when NO_COLOR asks for none (https://no-color.org). */
import picocolors from 'picocolors';
import type { Output, Surroundings } from './surroundings.ts';

export type Paint = ReturnType<typeof picocolors.createColors>;

export function paintFor(output: Output, surroundings: Pick<Surroundings, 'environmentVariable'>): Paint {
  return picocolors.createColors(output.isTerminal && surroundings.environmentVariable('NO_COLOR') === undefined);
}
