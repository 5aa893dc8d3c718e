/** A counter that many add to at once. Concurrent increments all count, because each node keeps a subtotal of its own. */
import { open } from 'quorate';

const quorate = await open({ buckets: { visits: { conflict: 'counter' } } });
const visits = quorate.kv.bucket('visits').counter('front page');

await Promise.all(Array.from({ length: 100 }, () => visits.add(1)));
await visits.add(-3);
console.log(`visits: ${await visits.value()}`);
await quorate.close();
