export { type MetricsSources, type NodeMetrics, nodeMetrics } from './node-metrics.ts';
export { RequestMetrics } from './request-metrics.ts';
