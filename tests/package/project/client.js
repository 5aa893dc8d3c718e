import { loadsEngine } from './loaded.js';

const { connect } = await import('quorate/client');

console.log(JSON.stringify({ connect: typeof connect, loadsEngine: loadsEngine() }));
