/** Histories in few words, and histories that happened. */
import type { History, Operation, Process, Value } from './history.ts';
import { HistoryRecorder, type OpenOperation } from './recorder.ts';

/** An operation from one instant to another; without the second it never returned. */
export function during(
  [invocationMs, responseMs]: readonly [number, number?],
  process: Process,
  kind: string,
  details: { key?: string; input?: Value; output?: Value; outcome?: 'fail' } = {},
): Operation {
  const outcome = details.outcome ?? (responseMs === undefined ? 'unknown' : 'ok');
  return { process, kind, ...details, invocationMs, outcome, ...(responseMs === undefined ? {} : { responseMs }) };
}

export function history(...operations: Operation[]): History {
  return { operations };
}

/** What a process is told to do in {@link execute}: which process moves, what it calls when it is idle, whether it hears the response. */
export interface Move {
  readonly process: number;
  readonly choice: number;
  readonly value: number;
  readonly lost: boolean;
}

/** An object that does what it should. */
export interface Implementation {
  call(move: Move): { kind: string; key?: string; input?: Value };
  apply(call: { kind: string; key?: string; input?: Value }): Value | undefined;
}

/**
 * A correct object used by several processes: each of its moves invokes an operation, or lets it take effect, or lets it return. A
 * process whose response is lost goes on under another name.
 */
export function execute({ call, apply }: Implementation, moves: readonly Move[]): History {
  let now = 0;
  const recorder = new HistoryRecorder(() => now++);
  const processes = new Map<
    number,
    { name: number; open?: { end: OpenOperation; call: ReturnType<typeof call> }; output?: { value: Value | undefined } }
  >();
  for (const move of moves) {
    const process = processes.get(move.process) ?? { name: move.process };
    processes.set(move.process, process);
    if (process.open === undefined) {
      const made = call(move);
      process.open = { call: made, end: recorder.invoke({ process: process.name, ...made }) };
    } else if (process.output === undefined) {
      process.output = { value: apply(process.open.call) };
    } else {
      if (move.lost) process.name += 100;
      else process.open.end.ok(process.output.value);
      delete process.open;
      delete process.output;
    }
  }
  return recorder.history();
}
