/**
 * Where a node keeps what it may answer for of the registers of a partition, and what it has pledged.
 *
 * | field | bytes |
 * |---|---|
 * | space: 0x00, meta; `kv/reg` | 7 |
 * | N, partition | 1, 2 |
 *
 * The value, per place: the version that it is fit for, the one it has accepted, the one it has pledged, each plus one and 0 for none, 6 bytes
 * each; the disk it is pledged to, 6.
 */
import type { Pledge, Standing } from '../../../protocols/register-seats/index.ts';
import { Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { Engine, Operation, Random } from '../../../runtime/world/index.ts';

const PREFIX = Uint8Array.from([0x00, ...Buffer.from('kv/reg')]);
const END = Uint8Array.from([0x00, ...Buffer.from('kv/reh')]);
const DISK_KEY = Uint8Array.from([0x00, ...Buffer.from('kv/disk')]);

export function storedStanding(n: number, partition: number, { fit, accepted, pledged }: Standing): Operation {
  const writer = new Writer(24 * n);
  for (let place = 0; place < n; place++) {
    const pledge = pledged[place];
    writer.u48(orNone(fit[place])).u48(orNone(accepted[place])).u48(orNone(pledge?.version));
    writer.u48(pledge?.disk ?? 0);
  }
  return { key: new Writer(16).bytes(PREFIX).u8(n).u16(partition).copy(), value: writer.copy() };
}

/** @throws MalformedBytes */
export function* loadStandings(engine: Engine): Generator<{ n: number; partition: number; standing: Standing }> {
  for (const { key, value } of engine.range({ from: PREFIX, to: END })) {
    const [at, reader] = [new Reader(key.subarray(PREFIX.length)), new Reader(value)];
    const [n, partition] = [at.u8(), at.u16()];
    const fit: (number | undefined)[] = [];
    const accepted: (number | undefined)[] = [];
    const pledged: (Pledge | undefined)[] = [];
    for (let place = 0; place < n; place++) {
      fit.push(fromStored(reader.u48()));
      accepted.push(fromStored(reader.u48()));
      const [version, disk] = [fromStored(reader.u48()), reader.u48()];
      pledged.push(version === undefined ? undefined : { version, disk });
    }
    yield { n, partition, standing: { fit, accepted, pledged, acceptances: 0 } };
  }
}

/** A number of its own for each disk, drawn when it is first used, never 0; nothing that is stored later is durable before it. */
export function diskNumber(engine: Engine, random: Random): number {
  const known = engine.get(DISK_KEY);
  if (known !== undefined) return new Reader(known).u48();
  const disk = random.below(2 ** 16) * 2 ** 32 + random.uint32() || 1;
  engine.write([{ key: DISK_KEY, value: new Writer(6).u48(disk).copy() }], () => {});
  return disk;
}

function orNone(version: number | undefined): number {
  return version === undefined ? 0 : version + 1;
}

function fromStored(stored: number): number | undefined {
  return stored === 0 ? undefined : stored - 1;
}
