/**
 * How much of its processors a virtual machine was denied by its host, who had other guests to serve. Figures from such a time tell
 * of the host; its tails most of all.
 */
import { readFileSync } from 'node:fs';

/** In the unit of the system's clock, over all processors. */
export interface ProcessorTimes {
  readonly total: number;
  readonly stolen: number;
}

/** proc(5): user, nice, system, idle, iowait, irq, softirq, steal. */
const COUNTED_FIELDS = 8;

/** Zero where the system does not tell. */
export function processorTimes(): ProcessorTimes {
  const times = firstLine()
    .split(/ +/)
    .slice(1, 1 + COUNTED_FIELDS)
    .map(Number);
  return { total: times.reduce((sum, time) => sum + time, 0), stolen: times[COUNTED_FIELDS - 1] ?? 0 };
}

function firstLine(): string {
  if (process.platform !== 'linux') return '';
  return readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '';
}
