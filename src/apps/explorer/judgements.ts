/** What the properties of a model say of one state on a run. */
import type { Model, Property, Trace } from '../../verification/model-checker/index.ts';

export interface PropertyHere {
  readonly name: string;
  readonly kind: Property<unknown>['kind'];
  readonly is: 'good' | 'bad' | 'open';
  readonly words: string;
}

/** @param isEnd - whether no step is possible in the last state. */
export function judgementsHere<State, Action>(
  model: Model<State, Action>,
  trace: Trace<State, Action>,
  isEnd: boolean,
): readonly PropertyHere[] {
  const states = [trace.initial, ...trace.steps.map(({ state }) => state)];
  return model.properties.map((property) => {
    const { name, kind } = property;
    try {
      return { name, kind, ...judged(property, states, isEnd) };
    } catch (error) {
      return { name, kind, is: 'bad', words: `throws: ${error instanceof Error ? error.message : String(error)}` };
    }
  });
}

/** The `always` properties that a state violates; one that throws is violated too. */
export function violatedIn<State>(model: Model<State, unknown>, state: State): readonly string[] {
  return model.properties.flatMap((property) => {
    if (property.kind !== 'always') return [];
    try {
      return property.holds(state) ? [] : [property.name];
    } catch {
      return [`${property.name} (throws)`];
    }
  });
}

function judged<State>(property: Property<State>, states: readonly State[], isEnd: boolean): Pick<PropertyHere, 'is' | 'words'> {
  if (property.kind === 'terminates') return isEnd ? { is: 'good', words: 'ended' } : { is: 'open', words: 'goes on' };
  const when = states.findIndex((state) => property.holds(state) !== (property.kind === 'always'));
  if (property.kind === 'always') {
    if (when < 0) return { is: 'good', words: 'holds' };
    return { is: 'bad', words: when === states.length - 1 ? 'violated here' : `violated after step ${when}` };
  }
  if (property.kind === 'at-end') {
    const last = states.at(-1);
    const holds = last !== undefined && property.holds(last);
    if (!isEnd) return { is: 'open', words: holds ? 'would hold if it ended here' : 'not yet at the end' };
    return holds ? { is: 'good', words: 'holds at this end' } : { is: 'bad', words: 'violated at this end' };
  }
  if (when >= 0) return { is: 'good', words: when === states.length - 1 ? 'here' : `since step ${when}` };
  return property.kind === 'eventually' && isEnd
    ? { is: 'bad', words: 'never, and this is the end' }
    : { is: 'open', words: 'not yet' };
}
