/** Threads of the same program that share memory and send each other messages. */
export { type Parent, startThread, type Thread, thisThread } from './thread.ts';
