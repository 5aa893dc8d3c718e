import { LossMeter } from './loss-meter.ts';
import { RepairJournal } from './repair-journal.ts';
import { StalenessMeter } from './staleness-meter.ts';

/** What a node measures of its own reads and writes, for people. */
export class Meters {
  readonly staleness = new StalenessMeter();
  readonly losses = new LossMeter();
  readonly repairs = new RepairJournal();
}

export { metersService } from './meters-service.ts';
