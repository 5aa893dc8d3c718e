/** The two forms of an address, `host:port` and `unix:/path`. */
import { QuorateError } from '../errors/index.ts';
import type { Address } from '../world/index.ts';

/** An address taken apart. An IPv6 host has lost its brackets. */
export type ParsedAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

const TCP_ADDRESS = /^(?:\[([0-9a-fA-F:.%a-z]+)\]|([^\s:/[\]]+)):(\d{1,5})$/;

/** @throws QuorateError `address-invalid`. */
export function parseAddress(address: Address): ParsedAddress {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length);
    if (path === '' || path.includes('\0')) throw invalidAddress(address, 'a path must follow unix:');
    return { kind: 'unix', path };
  }
  const match = TCP_ADDRESS.exec(address);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) {
    throw invalidAddress(address, 'it must be host:port, [IPv6 address]:port or unix:/path');
  }
  const port = Number(match[3]);
  if (port > 65_535) throw invalidAddress(address, 'a port is 0 to 65535');
  return { kind: 'tcp', host, port };
}

/** The text of a TCP address, an IPv6 host in brackets. */
export function formatTcpAddress(host: string, port: number): Address {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `address-invalid`, for whoever finds the rule broken later than the parser can. */
export function invalidAddress(address: Address, rule: string, cause?: unknown): QuorateError {
  return new QuorateError(
    {
      code: 'address-invalid',
      message: `address '${address}' is not valid: ${rule}`,
      outcome: 'not-applied',
      next: 'Correct the address.',
      data: { address },
    },
    { cause },
  );
}
