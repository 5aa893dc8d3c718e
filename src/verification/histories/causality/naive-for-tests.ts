import type { History, Operation } from '../history.ts';

/** The bad patterns of causal consistency by their definitions, over the transitive closure; for reads and writes of distinct numbers. */
export function isCausalByDefinition({ operations }: History): boolean {
  const writeOf = (read: Operation): Operation | undefined =>
    operations.find(({ kind, key, input }) => kind === 'write' && key === read.key && input === read.output);
  const reads = operations.filter(({ kind, outcome }) => kind === 'read' && outcome === 'ok');
  if (reads.some((read) => read.output !== null && writeOf(read) === undefined)) return false;
  const before = operations.map((one) =>
    operations.map((other) => {
      const session = one.outcome === 'ok' && one.process === other.process && one.invocationMs < other.invocationMs;
      return session || (other.kind === 'read' && other.outcome === 'ok' && other.output !== null && writeOf(other) === one);
    }),
  );
  const holds = (one: number, other: number): boolean => before[one]?.[other] === true;
  for (const middle of operations.keys()) {
    for (const one of operations.keys()) {
      for (const other of operations.keys()) {
        const row = before[one];
        if (row !== undefined && holds(one, middle) && holds(middle, other)) row[other] = true;
      }
    }
  }
  if (operations.some((_, index) => holds(index, index))) return false;
  return !reads.some((read) => {
    const at = operations.indexOf(read);
    const source = writeOf(read);
    return operations.some(
      ({ kind, key }, index) =>
        kind === 'write' &&
        key === read.key &&
        holds(index, at) &&
        (source === undefined || holds(operations.indexOf(source), index)),
    );
  });
}
