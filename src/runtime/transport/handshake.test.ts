import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedBytes, Reader, Writer } from '../bytes/index.ts';
import type { Hello } from '../world/index.ts';
import { decodeHello, encodeHello, MAX_HELLO_FRAME_BYTES, refusal } from './handshake.ts';

const node: Hello = { protocolVersion: 1, clusterName: 'shop', role: 'node', nodeName: 'a' };
const client: Hello = { protocolVersion: 1, clusterName: 'shop', role: 'client', nodeName: '' };

function encoded(hello: Hello): Uint8Array {
  const writer = new Writer();
  encodeHello(writer, hello);
  return writer.copy();
}

describe('a hello on the wire', () => {
  test('has exactly these bytes', () => {
    expect([...encoded(node)]).toEqual([0x51, 0x55, 0x4f, 0x52, 0, 1, 1, 4, 0x73, 0x68, 0x6f, 0x70, 1, 0x61]);
    expect([...encoded({ ...client, clusterName: '' })]).toEqual([0x51, 0x55, 0x4f, 0x52, 0, 1, 2, 0, 0]);
  });

  test('comes out as it went in, and fits what a stranger may send', () => {
    const name = fc.string({ unit: 'grapheme-ascii', maxLength: 255 });
    const hello = fc.record({
      protocolVersion: fc.integer({ min: 0, max: 0xffff }),
      clusterName: name,
      role: fc.constantFrom('node' as const, 'client' as const),
      nodeName: name,
    });
    fc.assert(
      fc.property(hello, (original) => {
        const bytes = encoded(original);
        expect(decodeHello(new Reader(bytes))).toEqual(original);
        expect(bytes.length).toBeLessThan(MAX_HELLO_FRAME_BYTES);
      }),
    );
  });

  test('every truncation is malformed', () => {
    const bytes = encoded(node);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeHello(new Reader(bytes, 0, length))).toThrow(MalformedBytes);
    }
  });

  test('another magic or role is malformed', () => {
    const magic = encoded(node);
    magic[0] = 0x52;
    expect(() => decodeHello(new Reader(magic))).toThrow(/QUOR/);
    const role = encoded(node);
    role[6] = 3;
    expect(() => decodeHello(new Reader(role))).toThrow(/role 3/);
  });

  test('a later version may append to it', () => {
    expect(decodeHello(new Reader(Uint8Array.of(...encoded(node), 1, 2, 3)))).toEqual(node);
  });
});

describe('the rules by which two sides part', () => {
  test('none is broken between members of one cluster', () => {
    expect(refusal(node, { ...node, nodeName: 'b' })).toBeUndefined();
    expect(refusal(node, client)).toBeUndefined();
    expect(refusal(client, node, 'a')).toBeUndefined();
  });

  test('both speak the same protocol version', () => {
    expect(refusal(node, { ...node, protocolVersion: 2 })).toBe(
      'protocol version 2 there, 1 here: both sides must speak the same',
    );
  });

  test('both are of the same cluster', () => {
    const other = { ...node, clusterName: 'bank' };
    expect(refusal(node, other)).toBe("cluster name 'bank' there, 'shop' here: both sides must be of the same cluster");
    expect(refusal(client, other)).toContain("'bank'");
  });

  test('a client that names no cluster takes any, seen from both sides; a node does not', () => {
    const anyone = { ...client, clusterName: '' };
    expect(refusal(anyone, node)).toBeUndefined();
    expect(refusal(node, anyone)).toBeUndefined();
    expect(refusal(node, { ...node, clusterName: '' })).toContain("cluster name ''");
  });

  test('an expected node must answer itself', () => {
    expect(refusal(node, { ...node, nodeName: 'c' }, 'b')).toBe(
      "node 'c' answers where node 'b' is expected: the address belongs to another node",
    );
  });
});
