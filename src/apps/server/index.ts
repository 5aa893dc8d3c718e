export { readConfiguration } from './read-configuration.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
