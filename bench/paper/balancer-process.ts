/** The balancer as a process of its own: `node balancer-process.ts ADDRESS CLUSTER NODE...`; says `ready` when it listens. */
import { realWorld } from '../../src/runtime/real/index.ts';
import { startBalancer } from './balancer.ts';

const [address, clusterName, ...nodes] = process.argv.slice(2);
if (address === undefined || clusterName === undefined) throw new Error('which address, which cluster?');
await startBalancer(realWorld(), address, clusterName, nodes);
console.log('ready');
