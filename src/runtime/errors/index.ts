/**
 * The one base class of every error that Quorate throws or sends over the wire.
 *
 * Callers match on {@link QuorateError.code}, never on text. Two facts are always there: what the failure means for the
 * caller's data ({@link Outcome}) and what to do next. When it is not certain that nothing happened, the outcome is `unknown`.
 */

/** Whether the operation's effect can exist. `unknown`: it may have been applied, wholly or on some replicas. */
export type Outcome = 'not-applied' | 'unknown';

/** Plain data that travels with an error, so that nobody has to parse its message. */
export type ErrorData = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** Everything an error consists of; also its form on the wire. */
export interface ErrorDescription {
  /** Stable, kebab-case, part of the public interface. */
  readonly code: string;
  /** One sentence: what happened, naming the value and the rule. */
  readonly message: string;
  /** What it means for the caller's data. */
  readonly outcome: Outcome;
  /** What to do about it, in the imperative. */
  readonly next: string;
  /** The values named in the message. */
  readonly data?: ErrorData;
}

/** Thrown by every public function of Quorate. */
export class QuorateError extends Error {
  readonly code: string;
  readonly outcome: Outcome;
  readonly next: string;
  readonly data: ErrorData;

  constructor(description: ErrorDescription, options?: { readonly cause?: unknown }) {
    super(description.message, options);
    this.name = 'QuorateError';
    this.code = description.code;
    this.outcome = description.outcome;
    this.next = description.next;
    this.data = description.data ?? {};
  }

  /** The plain form, for the wire and for JSON output. */
  describe(): ErrorDescription {
    return { code: this.code, message: this.message, outcome: this.outcome, next: this.next, data: this.data };
  }
}

/** A broken invariant: a defect in Quorate, never the caller's mistake. The process should not go on with the state at hand. */
export class InvariantViolation extends Error {
  constructor(message: string) {
    super(`invariant violated: ${message}`);
    this.name = 'InvariantViolation';
  }
}

/** Assert what must hold whatever the outside world does; on in production. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}
