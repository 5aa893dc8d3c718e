/**
 * Two processes of one machine that talk over the loopback interface pay for a network that is not there: a message over a Unix
 * socket costs them a third less. So whoever listens on a loopback address listens on a Unix socket beside it, and whoever dials
 * that address on the same machine finds it. Neither side has to be told.
 *
 * The socket's name is in Linux's abstract namespace, which belongs to the network namespace as the loopback interface does: where
 * one can be reached, so can the other. It leaves no file behind.
 */
import { readFileSync } from 'node:fs';
import { platform } from 'node:process';
import type { ParsedAddress } from '../transport/index.ts';
import { systemCode } from './system-errors.ts';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);
/** Of all Unix sockets of the network namespace; an abstract name stands behind an '@'. */
const UNIX_SOCKETS = '/proc/net/unix';

/** The path at which to listen beside a TCP address; `undefined` when it has no shortcut. */
export function shortcutTo(address: ParsedAddress): string | undefined {
  if (platform !== 'linux' || address.kind !== 'tcp' || !LOOPBACK_HOSTS.has(address.host)) return undefined;
  return `\0${nameOf(address.host, address.port)}`;
}

/** The path to dial instead of a TCP address; `undefined` when nobody listens on it. */
export function openShortcutTo(address: ParsedAddress): string | undefined {
  const path = shortcutTo(address);
  if (path === undefined || address.kind !== 'tcp') return undefined;
  try {
    return readFileSync(UNIX_SOCKETS, 'latin1').includes(` @${nameOf(address.host, address.port)}\n`) ? path : undefined;
  } catch (error) {
    // Where that list may not be read, the way over TCP is open.
    if (systemCode(error) === '') throw error;
    return undefined;
  }
}

function nameOf(host: string, port: number): string {
  return `quorate/${host}/${port}`;
}
