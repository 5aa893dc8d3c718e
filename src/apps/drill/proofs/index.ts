/** What a drill proves beyond the history of its clients. */
export { compareRings, type InStep, type NodeClients, type Rings, untilInStep } from './in-step.ts';
export { judgeLoneWrites, LoneWriters, type LoneWrites } from './lone-writers.ts';
export { excuseLostMachines } from './lost-machines.ts';
export { RegisterWorkload } from './register-workload.ts';
