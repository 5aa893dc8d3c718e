/** What the command line of `npm run paper` asks for. */
import { parseArgs } from 'node:util';
import type { Study } from './study.ts';

export function usage(studies: readonly Study[]): string {
  return [
    'Usage: npm run paper -- [options]',
    '',
    '  --only figure-8,table-2   these only; the page keeps the others as they are',
    '  --not-measured            all but what is measured on real processes, which takes minutes and a quiet machine',
    '',
    ...studies.map(({ name, title, source }) => `  ${name.padEnd(24)} ${source}: ${title}`),
  ].join('\n');
}

/** @throws an error that names what is unknown. */
export function chosen(args: readonly string[], studies: readonly Study[]): readonly Study[] | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      'not-measured': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const names = values.only?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => !studies.some((study) => study.name === name));
  if (unknown !== undefined) throw new Error(`--only '${unknown}' is none of ${studies.map(({ name }) => name).join(', ')}`);
  return studies.filter(
    ({ name, source }) => (names?.includes(name) ?? true) && !(values['not-measured'] && source === 'measured'),
  );
}
