/** Errors of the public interface itself, found before or behind any node: one function each. */
import { QuorateError } from '../../runtime/errors/index.ts';

/** `value` is shown, so give it short. */
export function badOption(option: string, value: unknown, rule: string): QuorateError {
  const shown = typeof value === 'string' ? `'${value}'` : String(value);
  return new QuorateError({
    code: 'bad-option',
    message: `The option ${option} is ${shown}, but ${rule}.`,
    outcome: 'not-applied',
    next: 'Correct the option.',
    data: { option, value: shown },
  });
}

export function badValue(problem: string, cause?: unknown): QuorateError {
  return new QuorateError(
    {
      code: 'bad-value',
      message: `The value ${problem}.`,
      outcome: 'not-applied',
      next: 'Give or ask for another form of value.',
    },
    { cause },
  );
}

export function badKey(problem: string, next: string): QuorateError {
  return new QuorateError({ code: 'bad-key', message: `The key ${problem}.`, outcome: 'not-applied', next });
}

/** `what`: an element of a set or a field of a map. */
export function badName(what: 'element' | 'field', problem: string): QuorateError {
  return new QuorateError({
    code: 'bad-value',
    message: `The ${what} ${problem}.`,
    outcome: 'not-applied',
    next: `Give text of 1 to 65,535 bytes as ${what}.`,
  });
}

/** One value was asked for where there are several. */
export function siblings(count: number): QuorateError {
  return new QuorateError({
    code: 'siblings',
    message: `The key has ${count} concurrent values, and none of them supersedes the others.`,
    outcome: 'not-applied',
    next: 'Make one of `values` and put it with `context`.',
    data: { count },
  });
}

export function wrongHandle(handle: string, bucket: string, policy: string): QuorateError {
  return new QuorateError({
    code: 'wrong-handle',
    message: `A ${handle} handle reads buckets of conflict policy '${handle}'; that of bucket '${bucket}' is '${policy}'.`,
    outcome: 'not-applied',
    next: `Read the key in the way of '${policy}', or use another bucket.`,
    data: { handle, bucket, policy },
  });
}

export function closed(): QuorateError {
  return new QuorateError({
    code: 'closed',
    message: 'This Quorate has been closed; it takes no more requests.',
    outcome: 'not-applied',
    next: 'Open another one.',
  });
}

/** The node answered in a form that only a defect, or a node of another version, can produce. */
export function malformedReply(what: string, problem: string, cause?: unknown): QuorateError {
  return new QuorateError(
    {
      code: 'malformed-reply',
      message: `The node's ${what} does not have its form: ${problem}.`,
      outcome: 'not-applied',
      next: 'Check that client and nodes are of the same version; if they are, report it as a defect.',
      data: { what },
    },
    { cause },
  );
}
