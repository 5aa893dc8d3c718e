/** What must hold of any history, before a checker looks at it. */
import { badHistory } from './errors.ts';
import { describeCall, type History, type Operation } from './history.ts';

/**
 * Operations without responses are normal; what no execution can give is refused.
 *
 * @throws QuorateError `bad-history`: a response before its invocation, or a process with two operations open.
 */
export function checkWellFormed({ operations, lines }: History): void {
  const last = new Map<Operation['process'], Operation>();
  const order = operations
    .map((_, index) => index)
    .sort((one, other) => invocation(operations[one]) - invocation(operations[other]));
  for (const index of order) {
    const operation = operations[index];
    if (operation === undefined) continue;
    const line = lines?.[index];
    checkTimes(operation, line);
    const before = last.get(operation.process);
    if (before !== undefined && !(before.responseMs !== undefined && before.responseMs <= operation.invocationMs)) {
      const until = before.responseMs === undefined ? 'never returned' : `returned at ${before.responseMs} ms`;
      throw badHistory(
        `has two operations of process ${operation.process} open: '${describeCall(before)}' ${until}, ` +
          `and '${describeCall(operation)}' was invoked at ${operation.invocationMs} ms`,
        line,
      );
    }
    last.set(operation.process, operation);
  }
}

/**
 * What a checker knows how to judge.
 *
 * @param problemOf what is wrong with an operation, as the end of a sentence that begins with "it"; `undefined`: nothing.
 * @throws QuorateError `bad-history`.
 */
export function checkShapes(history: History, problemOf: (operation: Operation) => string | undefined): void {
  checkWellFormed(history);
  for (const [index, operation] of history.operations.entries()) {
    const problem = problemOf(operation);
    if (problem !== undefined) throw badHistory(problem, history.lines?.[index]);
  }
}

/** For `problemOf`: an operation of a kind that the model does not have. */
export function unknownKind(model: string, { kind }: Operation, known: readonly string[]): string {
  return `has the operation '${kind}', which the model ${model} does not know; it knows ${known.join(', ')}`;
}

function checkTimes({ invocationMs, responseMs, outcome }: Operation, line: number | undefined): void {
  if (!Number.isFinite(invocationMs)) throw badHistory(`has an invocation at ${invocationMs} ms, which is no time`, line);
  if (responseMs === undefined) {
    if (outcome === 'unknown') return;
    throw badHistory(`says '${outcome}' of an operation that never returned; without a response the outcome is 'unknown'`, line);
  }
  if (!(responseMs >= invocationMs)) {
    throw badHistory(`has a response at ${responseMs} ms, before its invocation at ${invocationMs} ms`, line);
  }
}

function invocation(operation: Operation | undefined): number {
  return operation?.invocationMs ?? 0;
}
