/** Promises that were rejected and that nobody handles, as Node reports them once the microtasks at hand have run. */

/** Call `onRejection` for each, instead of ending this process. @returns how to stop. */
export function catchRejections(onRejection: (reason: unknown) => void): () => void {
  process.on('unhandledRejection', onRejection);
  return () => void process.off('unhandledRejection', onRejection);
}
