export type { DrillNetwork, NetworkMeans } from './drill-network.ts';
export { NamespaceNetwork, Namespaces, removeLeftovers, whyNoNamespaces } from './namespaces.ts';
export { ProxyNetwork } from './proxy-network.ts';
