/**
 * The seats of one partition, in a frame of a register: how many there are that have ever changed hands, 1; of each the place, 1, the version, 6, the
 * holder, 1+. Pledges: how many, 1; of each the place, 1, the version, 6, the disk, 6.
 */
import type { Pledge } from '../../../protocols/register-seats/index.ts';
import { isNodeName } from '../../../protocols/ring/index.ts';
import { type Seat, type Seats, VACANT } from '../../../protocols/transfer/index.ts';
import { MalformedBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';

export function writeSeats(writer: Writer, seats: Seats): Writer {
  const moved = seats.filter(({ version }) => version > 0).length;
  writer.u8(moved);
  for (const [place, { version, holder }] of seats.entries()) if (version > 0) writer.u8(place).u48(version).ascii(holder);
  return writer;
}

/** Those that never changed hands are told without their holder, which everybody knows. @throws MalformedBytes */
export function readSeats(reader: Reader, n: number): Seats {
  const seats = new Array<Seat>(n).fill(VACANT);
  for (let left = reader.u8(); left > 0; left--) {
    const [place, version, holder] = [reader.u8(), reader.u48(), reader.ascii()];
    if (place >= n || version === 0 || !isNodeName(holder)) throw new MalformedBytes('not a seat');
    seats[place] = { version, holder };
  }
  return seats;
}

export function writePledges(writer: Writer, pledged: readonly (Pledge | undefined)[]): Writer {
  writer.u8(pledged.filter((pledge) => pledge !== undefined).length);
  for (const [place, pledge] of pledged.entries())
    if (pledge !== undefined) writer.u8(place).u48(pledge.version).u48(pledge.disk);
  return writer;
}

/** @throws MalformedBytes */
export function readPledges(reader: Reader, n: number): (Pledge | undefined)[] {
  const pledged = new Array<Pledge | undefined>(n).fill(undefined);
  for (let left = reader.u8(); left > 0; left--) {
    const [place, version, disk] = [reader.u8(), reader.u48(), reader.u48()];
    if (place >= n) throw new MalformedBytes('not a pledge');
    pledged[place] = { version, disk };
  }
  return pledged;
}
