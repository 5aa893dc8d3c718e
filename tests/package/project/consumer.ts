import { connect, open } from 'quorate';
import * as checker from 'quorate/checker';
import { connect as connectClient } from 'quorate/client';
import * as protocols from 'quorate/protocols';
import * as simulation from 'quorate/simulation';

export async function addToCart(customer: string, book: string): Promise<void> {
  const quorate = await open({ directory: './data' });
  const carts = quorate.kv.bucket('carts');
  const { values, context } = await carts.get(customer);
  const items = values.map((value) => value.json<string>());
  await carts.put(customer, { items: [...items, book] }, { context });
  await carts.delete(customer);
  await quorate.close();
  // @ts-expect-error -- what open gives has a type of its own: were it any, this line would be fine.
  const wrong: string = quorate;
  console.log(wrong);
}

export async function sameInterfaceFromAfar(): Promise<void> {
  for (const reach of [connect, connectClient]) {
    const quorate = await reach(['127.0.0.1:7401']);
    await quorate.kv.bucket('carts').get('alice', { r: 1 });
    await quorate.close();
  }
  // @ts-expect-error -- addresses are text.
  await connect([7401]);
}

/** The types of the services reach the scenario. */
export async function underFaults(): Promise<void> {
  const start = ({ kv }: simulation.ServiceWorld) => ({
    read: async (key: string) => (await kv.bucket('b').get(key)).values.length,
  });
  await simulation.explore({
    services: { reader: start },
    async scenario({ services, operations, check }) {
      await operations(2, async () => check((await services.reader.read('key')) === 0, 'nothing was written'));
      // @ts-expect-error -- the service has no such method.
      await services.reader.write('key');
    },
  });
}

/** The states of a model of one's own have their type in its properties. */
export function everyState(): boolean {
  const result = checker.check<number, 'add'>({
    name: 'counter',
    initialStates: () => [0],
    actions: (state) => (state < 3 ? ['add'] : []),
    next: (state) => state + 1,
    properties: [{ kind: 'always', name: 'small', holds: (state) => state <= 3 }],
    describeAction: (action) => action,
    describeState: String,
  });
  // @ts-expect-error -- there is no such verdict.
  return result.verdict === 'proved' || result.verdict === 'holds';
}

export const entries: readonly object[] = [checker, protocols, simulation];
