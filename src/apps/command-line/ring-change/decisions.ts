/** Decisions as an administrator types them. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Json } from '../../../stores/kv/index.ts';

/** @throws QuorateError `bad-argument` */
export function decisionsIn(words: readonly string[]): Json[] {
  const left = [...words];
  const next = (after: string): string => {
    const word = left.shift();
    if (word === undefined) throw badPlan(`something is missing behind '${after}'`);
    return word;
  };
  const decisions: Json[] = [];
  for (let verb = left.shift(); verb !== undefined; verb = left.shift()) {
    const node = next(verb);
    switch (verb) {
      case 'join':
        decisions.push(joining(node));
        break;
      case 'leave':
      case 'remove':
        decisions.push({ kind: verb, node });
        break;
      case 'weight':
        decisions.push({ kind: verb, node, weight: Number(next(node)) });
        break;
      case 'replace':
        decisions.push(joining(next(node)), { kind: 'remove', node });
        break;
      default:
        throw badPlan(`'${verb}' is none of join, leave, remove, weight and replace`);
    }
  }
  return decisions;
}

function joining(word: string): Json {
  const at = word.indexOf('@');
  return at < 0 ? { kind: 'join', node: word } : { kind: 'join', node: word.slice(0, at), address: word.slice(at + 1) };
}

export function badPlan(problem: string): QuorateError {
  return new QuorateError({
    code: 'bad-argument',
    message: `The plan cannot be read: ${problem}.`,
    outcome: 'not-applied',
    next: 'For example: quorate cluster plan join n4 leave n1',
    data: {},
  });
}
