/** The tree of commands. Each is described in its own file; docs/cli.md is for users. */
import { Command, CommanderError } from 'commander';
import { VERSION } from '../../runtime/version/index.ts';
import { addBackup, addRestore } from './backup/index.ts';
import { addCheck } from './check.ts';
import { addCompletion } from './completion.ts';
import { addDrill } from './drill.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { usageError } from './failure.ts';
import { addHistory } from './history.ts';
import { addDelete } from './kv-delete.ts';
import { addGet } from './kv-get.ts';
import { addKeyHistory } from './kv-history.ts';
import { addList } from './kv-list.ts';
import { addPut } from './kv-put.ts';
import { addWatch } from './kv-watch.ts';
import { addLocal } from './local.ts';
import { addCluster } from './membership/index.ts';
import { addMeters } from './meters.ts';
import { addRing } from './ring.ts';
import { addRingChange } from './ring-change/index.ts';
import type { Running } from './running.ts';
import { addSimulate } from './simulate.ts';
import { addStart } from './start.ts';
import { addStatus } from './status.ts';
import type { Surroundings } from './surroundings.ts';
import { addImport, addVerify } from './transfer/index.ts';
import { addWhy } from './why.ts';

/** @returns the exit code. @throws QuorateError `usage` for a mistake in the arguments, and what the command throws. */
export async function runProgram(programArguments: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = buildProgram({ surroundings, finish: (given) => (code = given) });
  const shown: string[] = [];
  const complaints: string[] = [];
  silence(program, { out: (text) => shown.push(text), complain: (text) => complaints.push(text) });
  try {
    await program.parseAsync(programArguments, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw asUsageError(error, complaints.join(' '));
  }
  for (const text of shown) await surroundings.stdout.write(text);
  return code;
}

export function buildProgram(running: Running): Command {
  const program = new Command('quorate')
    .description('An always-writable, replicated key-value store.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain')
    .helpCommand('help [command]', 'explain a command')
    .showSuggestionAfterError()
    .addHelpText('after', '\nExit codes: 0 done, 1 error, 2 wrong usage, 3 no value, 130 interrupted.');
  addLocal(program, running);
  addStart(program, running);
  const kv = program.command('kv').description('read and write keys');
  addGet(kv, running);
  addPut(kv, running);
  addDelete(kv, running);
  addList(kv, running);
  addWatch(kv, running);
  addKeyHistory(kv, running);
  addImport(kv, running);
  addVerify(kv, running);
  addStatus(program, running);
  addRingChange(addCluster(program, running), running);
  addMeters(program, running);
  addWhy(program, running);
  addRing(program, running);
  addBackup(program, running);
  addRestore(program, running);
  addSimulate(program, running);
  addDrill(program, running);
  addCheck(program, running);
  addHistory(program, running);
  addCompletion(program, running);
  return program;
}

/** commander must neither print nor exit by itself: the one who called the program does. */
function silence(command: Command, to: { out(text: string): void; complain(text: string): void }): void {
  command.exitOverride().configureOutput({ writeOut: to.out, writeErr: to.complain, outputError: to.complain });
  for (const inner of command.commands) silence(inner, to);
}

function asUsageError({ code, message }: CommanderError, complaint: string): Error {
  // A group of commands called without one: commander shows its help and means an error.
  if (code === 'commander.help') return usageError('A command is missing.', 'See quorate --help for the commands.');
  const text = (complaint === '' ? message : complaint)
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return usageError(text.endsWith('.') || text.endsWith(')') ? text : `${text}.`);
}
