import { describeEngine } from '../../src/runtime/engines/conformance.ts';
import { Simulation } from '../../src/runtime/simulated/simulation.ts';

let seed = 0n;

describeEngine('the engine of the simulated world', async () => {
  const simulation = new Simulation(seed++);
  const node = simulation.start('n1');
  // The suite awaits what happens in the simulation: time goes on there as long as it does.
  const pump = setInterval(() => simulation.runFor(1), 0);
  return {
    engine: node.world.engine,
    reopen: async () => {
      node.crash();
      return node.restart().world.engine;
    },
    settle: () => simulation.runFor(10),
    dispose: async () => clearInterval(pump),
  };
});
