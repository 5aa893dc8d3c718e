import { loadsEngine } from './loaded.js';

const { open } = await import('quorate');

const quorate = await open({ directory: process.argv[2] });
await quorate.kv.bucket('carts').put('alice', { items: ['book'] });
const found = await quorate.kv.bucket('carts').get('alice');
console.log(JSON.stringify({ found: found.values.map((value) => value.json()), loadsEngine: loadsEngine() }));
await quorate.close();
