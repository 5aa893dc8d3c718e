import type { TraceKind } from '../../runtime/simulated/index.ts';

/** Whether a line belongs to the story that a person reads first: faults, operations, lives and deaths, but no single frames. */
export function isStory(kind: TraceKind): boolean {
  return kind === 'note' || kind === 'process';
}
