import { connect, open } from 'quorate';
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

export const entries: readonly object[] = [protocols, simulation];
