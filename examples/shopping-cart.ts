/**
 * The Dynamo paper's shopping cart (section 4.4): "add to cart" is never refused and never forgotten. Two devices of one customer
 * add items at the same time, neither knowing of the other; both carts are kept as siblings, and the next reader merges them.
 */
import { open } from 'quorate';

interface Cart {
  readonly items: readonly string[];
}

const quorate = await open();
const carts = quorate.kv.bucket('carts');

// The customer begins a cart at home.
await carts.put('alice', { items: ['milk'] });

// Phone and laptop both read it, and each adds something to what it has read.
const onPhone = await carts.get('alice');
const onLaptop = await carts.get('alice');
await carts.put('alice', { items: [...itemsOf(onPhone), 'bread'] }, { context: onPhone.context });
await carts.put('alice', { items: [...itemsOf(onLaptop), 'apples'] }, { context: onLaptop.context });

// Neither write has seen the other: both are there.
const siblings = await carts.get('alice');
for (const { items } of siblings.values.map((value) => value.json<Cart>())) console.log(`sibling: ${items.join(', ')}`);

// Whoever reads merges: here the union. The context says that the merge has seen both, so it replaces both.
const merged = [...new Set(itemsOf(siblings))].sort();
await carts.put('alice', { items: merged }, { context: siblings.context });

const end = await carts.get('alice');
console.log(`merged: ${itemsOf(end).join(', ')} (${end.values.length} version)`);
await quorate.close();

function itemsOf(found: Awaited<ReturnType<typeof carts.get>>): string[] {
  return found.values.flatMap((value) => value.json<Cart>().items);
}
