/**
 * Nodes that are no members and ask to be: they introduce themselves in each round of gossip. So an administrator need not tell again
 * where they are. Numbers are big-endian, texts are printable ASCII behind their length in one byte.
 *
 * | field | bytes |
 * |---|---|
 * | address, host, zone | 1+ each |
 * | weight | 2 |
 */
import type { ConfiguredNode } from '../../../protocols/membership/index.ts';
import type { Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { Clock, Instant } from '../../../runtime/world/index.ts';
import type { MemberConfiguration } from '../configuration.ts';

export type Introduction = Required<ConfiguredNode>;

/** Whoever has not introduced itself for so long is forgotten. */
const FORGOTTEN_MS = 60_000;
const CANDIDATES_MAXIMUM = 1_000;

export class Candidates {
  readonly #clock: Clock;
  readonly #all = new Map<string, { readonly introduction: Introduction; readonly at: Instant }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(introduction: Introduction): void {
    this.#all.delete(introduction.name);
    this.#all.set(introduction.name, { introduction, at: this.#clock.now() });
    for (const [oldest] of this.#all) if (this.#all.size > CANDIDATES_MAXIMUM) this.#all.delete(oldest);
  }

  /** @param isMember - those are candidates no more. */
  list(isMember: (name: string) => boolean): readonly Introduction[] {
    const oldest = this.#clock.now() - FORGOTTEN_MS;
    for (const [name, { at }] of this.#all) if (at < oldest || isMember(name)) this.#all.delete(name);
    return [...this.#all.values()].map(({ introduction }) => introduction);
  }
}

export function writeIntroduction(writer: Writer, { address, host, zone, weight }: MemberConfiguration): void {
  writer
    .ascii(address ?? '')
    .ascii(host)
    .ascii(zone)
    .u16(weight);
}

/** @throws MalformedBytes */
export function readIntroduction(name: string, reader: Reader): Introduction {
  const introduction = { name, address: reader.ascii(), host: reader.ascii(), zone: reader.ascii(), weight: reader.u16() };
  reader.expectEnd();
  return introduction;
}
