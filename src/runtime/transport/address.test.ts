import { expect, test } from 'vitest';
import { formatTcpAddress, type ParsedAddress, parseAddress } from './address.ts';

test.each<[string, ParsedAddress]>([
  ['127.0.0.1:7401', { kind: 'tcp', host: '127.0.0.1', port: 7401 }],
  ['node-1.example:0', { kind: 'tcp', host: 'node-1.example', port: 0 }],
  ['[::1]:65535', { kind: 'tcp', host: '::1', port: 65_535 }],
  ['[fe80::1%eth0]:1', { kind: 'tcp', host: 'fe80::1%eth0', port: 1 }],
  ['unix:/run/quorate.sock', { kind: 'unix', path: '/run/quorate.sock' }],
  ['unix:relative path', { kind: 'unix', path: 'relative path' }],
])('%s is an address', (text, parsed) => {
  expect(parseAddress(text)).toEqual(parsed);
  if (parsed.kind === 'tcp') expect(formatTcpAddress(parsed.host, parsed.port)).toBe(text);
});

test.each([
  '',
  'host',
  'host:',
  ':80',
  'host:65536',
  'host:1e3',
  'host:-1',
  '::1:80',
  '[::1]',
  'a b:80',
  'http://host:80',
  'unix:',
  'unix:/a\0b',
])("'%s' is not an address", (text) => {
  expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'address-invalid', data: { address: text } }));
});
