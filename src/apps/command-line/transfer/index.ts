export { addImport, addVerify } from './commands.ts';
export { forEachConcurrently } from './pool.ts';
export { type Progress, startProgress } from './progress.ts';
export { type RetryOptions, retrying } from './retry.ts';
