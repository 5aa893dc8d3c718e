/**
 * What two processes say to each other before anything else, and the rules by which they part. Pure, shared by both worlds.
 *
 * The body of a hello frame; its form is the same in every protocol version, later versions may only append:
 *
 * | offset | size | type  | what                                          |
 * |-------:|-----:|-------|-----------------------------------------------|
 * |      0 |    4 | u8[]  | magic: 'QUOR'                                 |
 * |      4 |    2 | u16   | protocol version                              |
 * |      6 |    1 | u8    | role: 1 node, 2 client                        |
 * |      7 |  1+n | ascii | cluster name, behind its length               |
 * |    8+n |  1+m | ascii | node name, behind its length                  |
 *
 * The dialling side speaks first. The other answers with its own hello, or with a refusal and the end of the connection.
 */
import { MalformedBytes, type Reader, type Writer } from '../bytes/index.ts';
import type { Hello } from '../world/index.ts';

const MAGIC = 0x51_55_4f_52;
const ROLE_NODE = 1;
const ROLE_CLIENT = 2;

/** No hello frame is larger: what a stranger may send before it is known. */
export const MAX_HELLO_FRAME_BYTES = 1024;

/** @throws RangeError when a name is not printable ASCII of at most 255 characters. */
export function encodeHello(writer: Writer, hello: Hello): void {
  writer.u32(MAGIC).u16(hello.protocolVersion);
  writer.u8(hello.role === 'node' ? ROLE_NODE : ROLE_CLIENT);
  writer.ascii(hello.clusterName).ascii(hello.nodeName);
}

/** @throws MalformedBytes */
export function decodeHello(body: Reader): Hello {
  if (body.u32() !== MAGIC) throw new MalformedBytes("the hello does not begin with 'QUOR'");
  const protocolVersion = body.u16();
  const role = body.u8();
  if (role !== ROLE_NODE && role !== ROLE_CLIENT) throw new MalformedBytes(`role ${role} is neither 1 (node) nor 2 (client)`);
  const clusterName = body.ascii();
  const nodeName = body.ascii();
  return { protocolVersion, clusterName, role: role === ROLE_NODE ? 'node' : 'client', nodeName };
}

/**
 * Why `mine` will not talk to `theirs`: one sentence naming the value and the rule, or `undefined` when it will.
 * Each side asks for itself. A client that names no cluster takes whichever it meets.
 */
export function refusal(mine: Hello, theirs: Hello, expectNode?: string): string | undefined {
  if (theirs.protocolVersion !== mine.protocolVersion) {
    return `protocol version ${theirs.protocolVersion} there, ${mine.protocolVersion} here: both sides must speak the same`;
  }
  if (theirs.clusterName !== mine.clusterName && !takesAnyCluster(mine) && !takesAnyCluster(theirs)) {
    return `cluster name '${theirs.clusterName}' there, '${mine.clusterName}' here: both sides must be of the same cluster`;
  }
  if (expectNode !== undefined && theirs.nodeName !== expectNode) {
    return `node '${theirs.nodeName}' answers where node '${expectNode}' is expected: the address belongs to another node`;
  }
  return undefined;
}

function takesAnyCluster(hello: Hello): boolean {
  return hello.role === 'client' && hello.clusterName === '';
}
