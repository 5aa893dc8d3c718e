/**
 * "Happened before" by its definition, as a graph of events: what the clocks are judged against in tests. Slow and plain on
 * purpose.
 *
 * Source: Lamport (1978): a happened before b if a comes first in the same process, or a is the sending and b the receipt of a
 * message, or there is something between.
 */

/** A step of a run: something happens in a process, or a message goes from one process to another some time later. */
export type Step =
  | { readonly kind: 'local' | 'send'; readonly process: number }
  /** Takes the pending message with this index, counted round; nothing happens if there is none. */
  | { readonly kind: 'receive'; readonly process: number; readonly message: number };

export interface Event {
  readonly process: number;
  /** Index of the sending event, for a receipt. */
  readonly sender: number | undefined;
  readonly sends: boolean;
  /** Indices of all events that happened before this one. */
  readonly past: ReadonlySet<number>;
}

/** The events of a run, in an order in which they can have happened. */
export function eventsOf(steps: readonly Step[]): readonly Event[] {
  const events: Event[] = [];
  const latest = new Map<number, number>();
  const pending: number[] = [];
  for (const step of steps) {
    const sender = step.kind === 'receive' ? pending.splice(step.message % Math.max(1, pending.length), 1)[0] : undefined;
    if (step.kind === 'receive' && sender === undefined) continue;
    const past = new Set<number>();
    for (const cause of [latest.get(step.process), sender]) {
      if (cause === undefined) continue;
      past.add(cause);
      for (const earlier of events[cause]?.past ?? []) past.add(earlier);
    }
    if (step.kind === 'send') pending.push(events.length);
    latest.set(step.process, events.length);
    events.push({ process: step.process, sender, sends: step.kind === 'send', past });
  }
  return events;
}
