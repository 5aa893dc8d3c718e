/**
 * A program that starts itself again: without an argument it is the parent, which writes down what its children said and how they
 * ended, as one line of JSON.
 */
import { type Ending, programArguments, spawnChild } from './process.ts';

const [mode] = programArguments();

if (mode === 'talks') {
  process.stdout.write('first line\nsecond');
  process.stderr.write('a complaint\n');
  process.exitCode = 3;
} else if (mode === 'waits') {
  setInterval(() => undefined, 1000);
  process.stdout.write(`waiting ${process.env['MARK'] ?? ''}\n`);
} else {
  const told: Record<string, { lines: string[]; ending: Ending; failure: string }> = {};
  const start = (name: string, workingDirectory?: string) =>
    new Promise<void>((resolve) => {
      const lines: string[] = [];
      const child = spawnChild([name], {
        environment: { MARK: 'marked' },
        ...(workingDirectory === undefined ? {} : { workingDirectory }),
        onOutputLine: (line) => {
          lines.push(line);
          if (name === 'waits') child.kill('SIGKILL');
        },
        onErrorLine: (line) => lines.push(`error: ${line}`),
        onEnd: (ending, failure) => {
          told[name] = { lines: lines.sort(), ending, failure: failure?.name ?? '' };
          resolve();
        },
      });
    });
  await Promise.all([start('talks'), start('waits'), start('fails', '/no/such/directory')]);
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
