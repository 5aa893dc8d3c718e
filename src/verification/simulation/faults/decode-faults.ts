/** Faults from a file: everything is checked before anything runs. */
import { CALM_NETWORK, checkDiskFaults, checkFaults, SOUND_DISK } from '../../../runtime/simulated/index.ts';
import { type Fields, fieldsOf, listOf, malformed, whole } from '../decoding.ts';
import type { Fault } from './fault.ts';

const MOST_MS = 86_400_000;
const MOST_DRIFT = 500_000;
const MOST_FLIPS = 1_000_000;

/** @throws QuorateError `plan-malformed` */
export function decodeFaults(value: unknown): Fault[] {
  return listOf(value, 'faults').map((item, index) => decodeFault(fieldsOf(item, `faults[${index}]`)));
}

function decodeFault(fields: Fields): Fault {
  const atMs = whole(fields, 'atMs', 0, MOST_MS);
  const lasting = () => ({ atMs, forMs: whole(fields, 'forMs', 0, MOST_MS) });
  const process = () => text(fields, 'process');
  const way = () => ({ from: text(fields, 'from'), to: text(fields, 'to') });
  const kind = text(fields, 'kind');
  switch (kind) {
    case 'crash':
      return { kind, ...lasting(), process: process(), powerLoss: truth(fields, 'powerLoss') };
    case 'blackout':
      return { kind, ...lasting(), processes: names(fields.value['processes'], `${fields.path}.processes`) };
    case 'pause':
      return { kind, ...lasting(), process: process() };
    case 'partition': {
      const groups = listOf(fields.value['groups'], `${fields.path}.groups`);
      return { kind, ...lasting(), groups: groups.map((group) => names(group, `${fields.path}.groups`)) };
    }
    case 'one-way':
      return { kind, ...lasting(), ...way() };
    case 'break-links':
      return { kind, atMs, ...way() };
    case 'weather':
      return { kind, ...lasting(), faults: settings(fields, CALM_NETWORK, checkFaults) };
    case 'bad-link':
      return { kind, ...lasting(), ...way(), faults: settings(fields, CALM_NETWORK, checkFaults) };
    case 'bad-disk':
      return { kind, ...lasting(), process: process(), faults: settings(fields, SOUND_DISK, checkDiskFaults) };
    case 'bit-flips':
      return { kind, atMs, process: process(), count: whole(fields, 'count', 1, MOST_FLIPS) };
    case 'clock-jump':
      return { kind, atMs, process: process(), byMs: whole(fields, 'byMs', -MOST_MS, MOST_MS) };
    case 'clock-drift':
      return { kind, ...lasting(), process: process(), perMillion: whole(fields, 'perMillion', -MOST_DRIFT, MOST_DRIFT) };
    default:
      throw malformed(`${fields.path}.kind`, kind, 'a known kind of fault');
  }
}

/** Settings of the known names and kinds of values, within their ranges together with those that are not named. */
function settings<Settings extends object>(
  fields: Fields,
  well: Settings,
  check: (settings: Settings) => unknown,
): Partial<Settings> {
  const path = `${fields.path}.faults`;
  const given = fieldsOf(fields.value['faults'], path).value;
  const known = new Map<string, unknown>(Object.entries(well));
  for (const [name, value] of Object.entries(given)) {
    if (!known.has(name)) throw malformed(path, name, `one of ${[...known.keys()].join(', ')}`);
    if (typeof value !== typeof known.get(name)) throw malformed(`${path}.${name}`, value, `a ${typeof known.get(name)}`);
  }
  const whole = { ...well, ...given };
  try {
    check(whole);
  } catch (error) {
    if (error instanceof RangeError) throw malformed(path, JSON.stringify(given), `in range: ${error.message}`);
    throw error;
  }
  const chosen = Object.keys(given) as (keyof Settings)[];
  return Object.fromEntries(chosen.map((name) => [name, whole[name]])) as Partial<Settings>;
}

function text({ value, path }: Fields, name: string): string {
  const given = value[name];
  if (typeof given === 'string' && given !== '') return given;
  throw malformed(`${path}.${name}`, given, 'a text');
}

function truth({ value, path }: Fields, name: string): boolean {
  const given = value[name];
  if (typeof given === 'boolean') return given;
  throw malformed(`${path}.${name}`, given, 'true or false');
}

function names(value: unknown, path: string): string[] {
  return listOf(value, path).map((name) => {
    if (typeof name === 'string') return name;
    throw malformed(path, name, 'a text');
  });
}
