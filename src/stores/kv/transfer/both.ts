import type { OnDurable } from '../../../runtime/world/index.ts';

/** Durable here and there: one of the two does not do, see `protocols/transfer`. @param there - calls when it is durable there */
export function both(onDurable: OnDurable, there: (callback: () => void) => void): OnDurable {
  let open = 2;
  let failure: Error | undefined;
  const one = (error?: Error): void => {
    failure ??= error;
    if (--open === 0) onDurable(failure);
  };
  there(one);
  return one;
}
