export { ExpirySweep } from './expiry-sweep.ts';
