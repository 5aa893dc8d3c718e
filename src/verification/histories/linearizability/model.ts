/** What an object does when operations come one after the other: the measure of what it may do when they come at once. */
import type { Operation } from '../history.ts';

/**
 * A sequential, deterministic object. Users may write their own.
 *
 * States are never changed, only replaced. Of an operation whose outcome is `unknown` the output is not known, and `step` gives the
 * state after it, whatever it returned. Operations that failed are never given to the model.
 */
export interface SequentialModel<State> {
  readonly name: string;
  /** What is wrong with an operation, as the end of a sentence that begins with "it": an unknown kind, a malformed input. */
  problemOf(operation: Operation): string | undefined;
  /**
   * Operations that change no verdict may be left out: the fewer operations of unknown outcome, the shorter the search, which tries
   * every one of them everywhere after its invocation.
   *
   * @param operations those of one key, without the failed ones.
   */
  relevant?(operations: readonly Operation[]): readonly Operation[];
  /**
   * The same object with what can be told from all operations together: steps that lead nowhere may be refused, and ranks may be given.
   *
   * @param operations those of one key that are relevant.
   */
  specialized?(operations: readonly Operation[]): SequentialModel<State>;
  /**
   * Which of concurrent operations to try first: those of lower rank. It changes no verdict, but a model that can tell from what happened
   * later saves the search from finding out by trying. Default: by invocation, and those of unknown outcome last.
   */
  rank?(operation: Operation): number;
  /**
   * Whether a step depends on who called. If not, operations of unknown outcome with equal calls stand for each other, and of those only
   * the one invoked first needs to be tried. Default: no.
   */
  readonly dependsOnProcess?: boolean;
  /**
   * An operation that no order can explain, if one is seen at a glance, such as a read of what nobody wrote: without it the search would
   * have to try everything to find out.
   */
  impossible?(operations: readonly Operation[]): Operation | undefined;
  initial(): State;
  /** The state after the operation; `undefined` if the object, in this state, cannot return what the operation returned. */
  step(state: State, operation: Operation): State | undefined;
  /** Equal for equal states and for no others. */
  encode(state: State): string | number;
  /** The state in words, such as `holds 5`, for explanations. */
  describe(state: State): string;
}
