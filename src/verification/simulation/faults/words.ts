/** Faults in words, for the trace. */
import type { Fault } from './fault.ts';

export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'crash':
      return `${fault.process} ${fault.powerLoss ? 'loses its power' : 'crashes'} for ${fault.forMs} ms`;
    case 'blackout':
      return `${fault.processes.join(' ')} lose their power at once for ${fault.forMs} ms`;
    case 'pause':
      return `${fault.process} stands still for ${fault.forMs} ms`;
    case 'partition':
      return `partition ${fault.groups.map((group) => group.join(' ')).join(' | ')} for ${fault.forMs} ms`;
    case 'one-way':
      return `nothing gets from ${fault.from} to ${fault.to} for ${fault.forMs} ms`;
    case 'break-links':
      return `links between ${fault.from} and ${fault.to} break`;
    case 'weather':
      return `network for ${fault.forMs} ms: ${settings(fault.faults)}`;
    case 'bad-link':
      return `way from ${fault.from} to ${fault.to} for ${fault.forMs} ms: ${settings(fault.faults)}`;
    case 'bad-disk':
      return `disk of ${fault.process} for ${fault.forMs} ms: ${settings(fault.faults)}`;
    case 'bit-flips':
      return `${fault.count} bits flip on the disk of ${fault.process}`;
    case 'clock-jump':
      return `the wall clock of ${fault.process} jumps by ${fault.byMs} ms`;
    case 'clock-drift':
      return `the clocks of ${fault.process} run ${fault.perMillion} parts per million ${fault.perMillion < 0 ? 'slow' : 'fast'} for ${fault.forMs} ms`;
  }
}

/** `delayMsMax 20, lossPerMillion 50000`: only what is not zero. */
function settings(faults: object): string {
  const shown = Object.entries(faults).filter(([, value]) => value !== 0 && value !== false);
  return shown.map(([name, value]) => (value === true ? name : `${name} ${value}`)).join(', ');
}
