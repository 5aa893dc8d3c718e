export { decodeFaults } from './decode-faults.ts';
export { drawFaults, type FaultMix, USUAL_FAULTS } from './draw-faults.ts';
export { endOf, type Fault, type FaultKind } from './fault.ts';
export { type FaultCounts, FaultInjector, type InjectorOptions } from './fault-injector.ts';
export { milderFaults, withoutProcesses } from './milder-faults.ts';
