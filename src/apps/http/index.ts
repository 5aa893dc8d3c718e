export { type GatewayOptions, httpGateway } from './gateway.ts';
export type { Readiness } from './operations-routes.ts';
