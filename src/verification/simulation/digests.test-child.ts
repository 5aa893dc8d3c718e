/** Prints the digest of each seed given: of the toy cluster of the simulated world, and of a run of the store. */
import { drawKvPlan, runKvPlan } from './kv/index.ts';
import { runToyCluster } from './toy-cluster-for-tests.ts';

const digests = process.argv
  .slice(2)
  .map((seed) => [runToyCluster(BigInt(seed)).digest, runKvPlan(drawKvPlan(BigInt(seed))).digest]);
process.stdout.write(JSON.stringify(digests));
