export { addCluster } from './commands.ts';
