/** The client's door: nothing behind it reaches a storage engine. */
export type * from '../interface.ts';
export { ClientExecutor, type ClientExecutorOptions } from './client-executor.ts';
export { type ConnectOptions, connectIn } from './connect.ts';
export { DirectClient, type DirectOutcome } from './direct-client.ts';
