/** The first frames of a connection, before it is a link. */
import { MalformedBytes, type Reader, Writer } from '../bytes/index.ts';
import { beginFrame, commitFrame, decodeHello, encodeHello, refusal, transportKind } from '../transport/index.ts';
import type { FrameKind, Hello, Link, LinkHandler } from '../world/index.ts';

/** What one end wants to say and to hear. */
export type Greeting =
  | { readonly side: 'dialled'; readonly mine: Hello; readonly expectNode: string | undefined; readonly handler: LinkHandler }
  | { readonly side: 'accepted'; readonly mine: Hello; readonly accept: (link: Link) => LinkHandler };

export type GreetingOutcome =
  | { readonly refused: string; readonly theirs?: undefined }
  | { readonly refused?: undefined; readonly theirs: Hello };

/** Judge the first frame of the other side. @throws MalformedBytes */
export function greet(greeting: Greeting, kind: FrameKind, body: Reader): GreetingOutcome {
  if (kind === transportKind.refusal && greeting.side === 'dialled') return { refused: `by the other side: ${body.ascii()}` };
  if (kind !== transportKind.hello) throw new MalformedBytes(`frame kind ${kind} where a hello is due`);
  const theirs = decodeHello(body);
  const refused = refusal(greeting.mine, theirs, greeting.side === 'dialled' ? greeting.expectNode : undefined);
  return refused === undefined ? { theirs } : { refused };
}

export function helloFrame(hello: Hello): Uint8Array {
  const writer = new Writer();
  const start = beginFrame(writer, transportKind.hello, 0);
  encodeHello(writer, hello);
  commitFrame(writer, start);
  return writer.copy();
}

/** A frame of the transport. A text in it is for people: cut to what fits, anything but printable ASCII replaced. */
export function controlFrame(kind: FrameKind, text?: string): Uint8Array {
  const writer = new Writer();
  const start = beginFrame(writer, kind, 0);
  if (text !== undefined) writer.ascii(text.replace(/[^\x20-\x7e]/g, '?').slice(0, 255));
  commitFrame(writer, start);
  return writer.copy();
}
