/** One step towards a milder fault: what a shrinker tries after it can leave out no whole fault any more. */
import { CALM_NETWORK, type DiskFaults, type PathFaults, SOUND_DISK } from '../../../runtime/simulated/index.ts';
import { type Fault, processesOf } from './fault.ts';

/** Faults that differ from this one by being shorter or by doing one thing less. */
export function milderFaults(fault: Fault): Fault[] {
  const milder: Fault[] = [];
  if ('forMs' in fault && fault.forMs > 1) milder.push({ ...fault, forMs: Math.floor(fault.forMs / 2) });
  switch (fault.kind) {
    case 'weather':
      for (const faults of withoutOne<PathFaults>(fault.faults, CALM_NETWORK)) milder.push({ ...fault, faults });
      break;
    case 'bad-link':
      for (const faults of withoutOne<PathFaults>(fault.faults, CALM_NETWORK)) milder.push({ ...fault, faults });
      break;
    case 'bad-disk':
      for (const faults of withoutOne<DiskFaults>(fault.faults, SOUND_DISK)) milder.push({ ...fault, faults });
      break;
    case 'crash':
      if (fault.powerLoss) milder.push({ ...fault, powerLoss: false });
      break;
    case 'blackout':
      if (fault.processes.length > 1) {
        for (const left of fault.processes) milder.push({ ...fault, processes: fault.processes.filter((name) => name !== left) });
      }
      break;
    case 'bit-flips':
      if (fault.count > 1) milder.push({ ...fault, count: 1 });
      break;
    default:
      break;
  }
  return milder;
}

/** The settings with one of them left out, for each that is not as it is when all is well. */
function withoutOne<Settings extends object>(settings: Partial<Settings>, well: Settings): Partial<Settings>[] {
  const names = Object.keys(settings) as (keyof Settings)[];
  return names.map((left) => {
    const kept = names.filter((name) => name !== left && settings[name] !== well[name]);
    return Object.fromEntries(kept.map((name) => [name, settings[name]])) as Partial<Settings>;
  });
}

/** The fault as it is when some processes do not exist; `undefined` when nothing of it is left. */
export function withoutProcesses(fault: Fault, gone: ReadonlySet<string>): Fault | undefined {
  const left = (names: readonly string[]): string[] => names.filter((name) => !gone.has(name));
  if (fault.kind === 'blackout') {
    const processes = left(fault.processes);
    return processes.length === 0 ? undefined : { ...fault, processes };
  }
  if (fault.kind === 'partition') {
    const groups = fault.groups.map(left).filter((group) => group.length > 0);
    return groups.length < 2 ? undefined : { ...fault, groups };
  }
  return processesOf(fault).some((name) => gone.has(name)) ? undefined : fault;
}
