export { fetchText } from './fetch-text.ts';
export {
  exists,
  makeDirectory,
  readBytes,
  readTextFile,
  removeFile,
  type WalkedFile,
  walk,
  writeFileAtomically,
} from './files.ts';
export { type HttpHandler, type HttpOptions, type HttpServer, serveHttp } from './http.ts';
export { createLog, type LogLevel, type LogOptions } from './log.ts';
export { DEFAULT_NETWORK_LIMITS, type NetworkLimits } from './network-limits.ts';
export {
  type Child,
  type ChildOptions,
  type Ending,
  environmentVariable,
  exit,
  isTerminal,
  onTerminate,
  programArguments,
  runInPlace,
  setExitCode,
  spawnChild,
  type TerminationSignal,
  terminalColumns,
} from './process.ts';
export { silentLog } from './silent-log.ts';
export { type RealWorldOptions, realWorld } from './world.ts';
