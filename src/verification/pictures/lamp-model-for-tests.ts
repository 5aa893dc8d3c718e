/**
 * A model with every kind of step: a button sends presses to a lamp, one at a time, when its timer fires; presses may get lost; the
 * lamp notes each on its disk and may crash. It forgets nothing, and never stops.
 */
import type { Model, Step, Trace } from '../model-checker/index.ts';

export interface Lamp {
  readonly pressed: number;
  readonly underWay: readonly number[];
  readonly writing: readonly number[];
  readonly lit: number;
}

export type LampAction =
  | { readonly kind: 'press' }
  | { readonly kind: 'receive' | 'lose'; readonly press: number }
  | { readonly kind: 'write' }
  | { readonly kind: 'crash' };

const BUTTON = 0;
const LAMP = 1;

export const lampModel: Model<Lamp, LampAction> = {
  name: 'a lamp & its <button>',
  initialStates: () => [{ pressed: 0, underWay: [0], writing: [], lit: 0 }],
  actions: ({ pressed, underWay, writing }) => [
    ...(pressed < 3 ? [{ kind: 'press' as const }] : []),
    ...underWay.flatMap((press) => [
      { kind: 'receive' as const, press },
      { kind: 'lose' as const, press },
    ]),
    ...(writing.length > 0 ? [{ kind: 'write' as const }] : []),
    { kind: 'crash' },
  ],
  next: (lamp, action) => {
    if (action.kind === 'press') return { ...lamp, pressed: lamp.pressed + 1, underWay: [...lamp.underWay, lamp.pressed + 1] };
    if (action.kind === 'crash') return { ...lamp, writing: [] };
    if (action.kind === 'write') return { ...lamp, writing: lamp.writing.slice(1), lit: lamp.lit + 1 };
    const underWay = lamp.underWay.filter((press) => press !== action.press);
    return action.kind === 'lose' ? { ...lamp, underWay } : { ...lamp, underWay, writing: [...lamp.writing, action.press] };
  },
  properties: [
    { kind: 'always', name: 'never twice lit', holds: ({ lit }) => lit < 2 },
    { kind: 'sometimes', name: 'lit', holds: ({ lit }) => lit > 0 },
  ],
  describeAction: (action) => ('press' in action ? `${action.kind} ${action.press}` : action.kind),
  describeState: ({ pressed, lit }) => `pressed ${pressed}, lit ${lit}`,
  group: {
    processes: ['button 0', 'lamp 1'],
    stepOf: (action): Step => {
      if (action.kind === 'press') return { kind: 'timer', process: BUTTON, text: 'press' };
      if (action.kind === 'crash') return { kind: 'crashed', process: LAMP, text: 'crashes and starts again' };
      if (action.kind === 'write') return { kind: 'persisted', process: LAMP, text: 'persist comes through' };
      return { kind: action.kind === 'lose' ? 'lost' : 'delivered', from: BUTTON, to: LAMP, text: `press <${action.press}>` };
    },
    statesOf: ({ pressed, writing, lit }) => [
      new Map([['pressed', String(pressed)]]),
      new Map([
        ['lit', String(lit)],
        ['writing', writing.join(' ') || 'none'],
      ]),
    ],
  },
};

export function lampRun(...texts: readonly string[]): Trace<Lamp, LampAction> {
  const [initial] = lampModel.initialStates();
  if (initial === undefined) throw new Error('there is a beginning');
  let state = initial;
  const steps = texts.map((text) => {
    const action = lampModel.actions(state).find((one) => lampModel.describeAction(one) === text);
    const next = action === undefined ? undefined : lampModel.next(state, action);
    if (action === undefined || next === undefined) throw new Error(`'${text}' is not possible`);
    state = next;
    return { action, state };
  });
  return { initial, steps };
}
