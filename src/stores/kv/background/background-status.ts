/** What a node tells about its background work: how fast it goes, why not faster, and what waits. */
import { type AdmissionState, countsOf, kindOf, quantileMs } from '../../../protocols/admission/index.ts';
import { BACKGROUND_KINDS, type BackgroundKind } from './kinds.ts';

/** As JSON, under the topic `background`. */
export type BackgroundStatus = {
  readonly targetMs: number;
  /** 99.9th percentiles of the last ten seconds with background work, at most a quarter too high; 0 when there was nothing. */
  readonly requestP999Ms: number;
  readonly storageP999Ms: number;
  readonly requests: number;
  readonly bytesPerSecond: number;
  /** `foreground`: it is slower than the target, so background work is held back. */
  readonly heldBackBy: 'foreground' | 'nothing';
  readonly kinds: Readonly<Record<BackgroundKind, KindStatus>>;
};

type KindStatus = {
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Since the node's start. */
  readonly slices: number;
  readonly bytes: number;
  readonly paused: boolean;
};

const P999 = 999;

export function statusOf<Work>(
  { options, windows, rate, evidence, queue }: AdmissionState<Work>,
  done: ReadonlyMap<BackgroundKind, { readonly slices: number; readonly bytes: number }>,
): BackgroundStatus {
  const kinds = BACKGROUND_KINDS.map((kind, index) => {
    const { waiting, waitingCost, isPaused } = kindOf(queue, index);
    const { slices, bytes } = done.get(kind) ?? { slices: 0, bytes: 0 };
    return [kind, { waiting, waitingBytes: waitingCost, slices, bytes, paused: isPaused }] as const;
  });
  return {
    targetMs: options.targetMs,
    requestP999Ms: quantileMs(windows.request, P999),
    storageP999Ms: quantileMs(windows.storage, P999),
    requests: countsOf(windows.request).total,
    bytesPerSecond: rate.rate,
    heldBackBy: evidence.tail === 'within' || evidence.tail === 'none' ? 'nothing' : 'foreground',
    kinds: Object.fromEntries(kinds) as Record<BackgroundKind, KindStatus>,
  };
}
