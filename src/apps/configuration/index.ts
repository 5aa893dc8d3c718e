export {
  type ClusterConfiguration,
  type NodeEntry,
  parseConfiguration,
} from './cluster-configuration.ts';
export { badConfiguration } from './decoder.ts';
export type { EngineChoice } from './engine-choice.ts';
export { type LocalLayout, localConfigurationText, withLocalPorts } from './local-configuration.ts';
export { nodeConfiguration, nodeEntry } from './node-configuration.ts';
export { parseSeeds, type SeedsSource } from './seeds.ts';
