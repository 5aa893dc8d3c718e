import { QuorateError } from '../errors/index.ts';
import { invalidAddress } from '../transport/index.ts';
import type { Address } from '../world/index.ts';
import { systemCode } from './system-errors.ts';

/** What a failed attempt to listen means: `address-in-use`, `address-invalid` or `address-not-available`. */
export function listenError(address: Address, error: unknown): QuorateError {
  const code = systemCode(error);
  if (code === 'EADDRINUSE') return addressInUse(address, 'another process listens there');
  if (code === 'ENOENT' || code === 'ENOTDIR') return invalidAddress(address, "the socket's directory does not exist", error);
  if (code === 'ENAMETOOLONG' || code === 'EINVAL')
    return invalidAddress(address, 'the operating system does not take it', error);
  const why =
    code === 'EACCES' || code === 'EPERM' ? 'this user may not listen there' : `this machine does not have it (${code})`;
  return new QuorateError(
    {
      code: 'address-not-available',
      message: `cannot listen on ${address}: ${why}`,
      outcome: 'not-applied',
      next: 'Choose an address of this machine that this user may use; ports below 1024 are often reserved.',
      data: { address },
    },
    { cause: error },
  );
}

/** `address-in-use`, with what was found there. */
export function addressInUse(address: Address, found: string): QuorateError {
  return new QuorateError({
    code: 'address-in-use',
    message: `cannot listen on ${address}: ${found}`,
    outcome: 'not-applied',
    next: 'Stop the other process, or choose another address.',
    data: { address },
  });
}
