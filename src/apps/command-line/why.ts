/** `quorate why`: what each thing that is stuck waits for, as the nodes that have it tell. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Json } from '../../stores/kv/index.ts';
import { clusterAddresses } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failure.ts';
import { type ClusterOptions, callOptions, clusterOptions } from './options.ts';
import { paintFor } from './paint.ts';
import type { Running } from './running.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';

const SUBJECTS = ['transfer', 'hint', 'repair', 'key'] as const;
type Subject = (typeof SUBJECTS)[number];

interface Told {
  readonly node: string;
  readonly what: string;
  readonly waitsFor: string;
  readonly next: string;
}

export function addWhy(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('why')
    .argument('<subject>', `what is stuck: ${SUBJECTS.join(', ')}`, subjectOf)
    .argument('[of...]', 'of a key: bucket and key; of hints: the node they are for')
    .description('tell what each transfer, hint, repair or key that is stuck waits for');
  clusterOptions(command).action(async (subject: Subject, of: readonly string[], options: ClusterOptions) => {
    const told = await askAll(argumentOf(subject, of), options, surroundings);
    const { stdout } = surroundings;
    if (options.json) await stdout.write(`${JSON.stringify(told)}\n`);
    else if (told.length === 0) await stdout.write('nothing waits\n');
    else {
      const rows = told.map(({ node, what, waitsFor, next }) => [node, what, waitsFor, next]);
      await stdout.write(table([['node', 'what', 'waits for', 'what to do'], ...rows], paintFor(stdout, surroundings)));
    }
    finish(EXIT.ok);
  });
}

function subjectOf(text: string): Subject {
  const subject = SUBJECTS.find((known) => known === text);
  if (subject === undefined) throw new InvalidArgumentError(`It must be one of ${SUBJECTS.join(', ')}.`);
  return subject;
}

function argumentOf(subject: Subject, of: readonly string[]): Json {
  if (subject !== 'key') return of[0] === undefined ? subject : { subject, of: of[0] };
  const [bucket, key] = of;
  if (bucket === undefined || key === undefined) throw usageError('bucket and key are missing.', 'quorate why key BUCKET KEY');
  return { subject, of: { bucket, key } };
}

/** Each node knows of its own: so every one that can be reached is asked. */
async function askAll(argument: Json, options: ClusterOptions, surroundings: Surroundings): Promise<readonly Told[]> {
  const first = await surroundings.connect(await clusterAddresses(options.address, surroundings));
  const { nodes } = await first.status(callOptions(options)).finally(() => first.close());
  const told: Told[] = [];
  for (const { name, address, up } of nodes) {
    if (!up) {
      told.push({ node: name, what: 'all that it has', waitsFor: `${name} to come up`, next: 'See its log.' });
      continue;
    }
    const quorate = await surroundings.connect([address], { discover: false });
    try {
      const answer = await quorate.administration.ask('why', argument, callOptions(options));
      if (Array.isArray(answer)) for (const each of answer) told.push(toldBy(name, each));
    } finally {
      await quorate.close();
    }
  }
  return told;
}

function toldBy(node: string, explanation: Json): Told {
  const fields: Readonly<Record<string, unknown>> =
    typeof explanation === 'object' && explanation !== null ? { ...explanation } : {};
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  return { node, what: text('what'), waitsFor: text('waitsFor'), next: text('next') };
}
