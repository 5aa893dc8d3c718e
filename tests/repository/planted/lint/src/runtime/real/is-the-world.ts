import { connect } from 'node:net';

export const dial = connect;
export const time = Date.now();
export const once = setTimeout(() => undefined, 1);
export const chance = Math.random();
