import type { OnDurable } from './engine.ts';

/**
 * Call every callback, in order, whatever one of them throws: those behind it belong to other writers, who must hear of their
 * batches. What was thrown is thrown again from the event loop, where an uncaught error ends up anyway.
 */
export function callAll(callbacks: readonly OnDurable[], error?: Error): void {
  for (const onDurable of callbacks) {
    try {
      if (error === undefined) onDurable();
      else onDurable(error);
    } catch (thrown) {
      setImmediate(() => {
        throw thrown;
      });
    }
  }
}
