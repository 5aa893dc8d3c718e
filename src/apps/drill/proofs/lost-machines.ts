/**
 * A write with W=1 promises one durable replica. A machine that is gone for good takes with it what nobody else had yet: such writes from
 * shortly before its end may be missing, and are judged as if their outcome were unknown. What was acknowledged by two replicas is not excused.
 */
import type { History, Operation } from '../../../verification/histories/index.ts';
import type { HappenedFault } from '../measure.ts';
import type { HappenedChange } from '../ring-changes/index.ts';

/** Until the others have certainly what was written while nothing was wrong. */
const PASSED_ON_WITHIN_MS = 10_000;
/** What was under way at its end. */
const ENDED_WITHIN_MS = 5_000;

/** @param alone - writes with W=1. */
export function excuseLostMachines(
  alone: History,
  faults: readonly HappenedFault[],
  changes: readonly HappenedChange[],
): History {
  const spans = changes.flatMap(({ change, beganMs }) => {
    if (change.kind !== 'replace') return [];
    const before = faults.findLast((fault) => fault.beganMs < beganMs);
    const toMs = beganMs + ENDED_WITHIN_MS;
    return [{ fromMs: Math.min(beganMs - PASSED_ON_WITHIN_MS, before?.beganMs ?? beganMs), toMs }];
  });
  const excused = ({ kind, outcome, invocationMs }: Operation): boolean =>
    kind === 'put' && outcome === 'ok' && spans.some(({ fromMs, toMs }) => invocationMs >= fromMs && invocationMs <= toMs);
  const operations = alone.operations.map((operation) => (excused(operation) ? unknown(operation) : operation));
  return { ...alone, operations };
}

/** As a process of its own, for after an unknown outcome a process does nothing more. */
function unknown({ responseMs: _never, ...operation }: Operation): Operation {
  return { ...operation, process: `${operation.process} at ${operation.invocationMs}`, outcome: 'unknown' };
}
