import type { OnDurable } from '../../../runtime/world/index.ts';

/** To be called so many times; the last call passes on the first failure, if there was one. */
export function countDown(calls: number, onDurable: OnDurable): OnDurable {
  let open = calls;
  let failure: Error | undefined;
  return (error) => {
    failure ??= error;
    if (--open === 0) onDurable(failure);
  };
}
