#!/usr/bin/env node
// The command `quorate`. Plain JavaScript in a syntax that old versions of Node.js read as well, because it is here that they are
// turned away, or, in the repository, exchanged for the Node.js that the repository brings along.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';

/** The first version that runs TypeScript without a flag, which the repository needs; kept in step with "engines" in package.json. */
const NEEDED = [22, 18];

/** Whether `version`, such as 22.18.0, is the needed one or newer. */
const suffices = (version) => {
  const [major, minor] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
};

/** The path of the `node` package's binary in the repository, if it is there and new enough. */
const nodeOfTheRepository = () => {
  const directory = new URL('../node_modules/node/', import.meta.url);
  const binary = fileURLToPath(new URL('bin/node', directory));
  const description = new URL('package.json', directory);
  if (!existsSync(binary) || !existsSync(description)) return undefined;
  return suffices(JSON.parse(readFileSync(description, 'utf8')).version) ? binary : undefined;
};

/** Run this command again with another Node.js: same arguments and streams; signals go on to it, its end becomes ours. */
const runAgainWith = (binary) => {
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGCONT'];
  const forward = (signal) => {
    // Ctrl-C and Ctrl-\ in a terminal reach the whole group of processes: sent on, they would arrive there twice.
    const sentByTerminal = (signal === 'SIGINT' || signal === 'SIGQUIT') && isatty(0);
    if (!sentByTerminal) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  child.on('error', (error) => {
    process.stderr.write(`quorate: cannot run ${binary}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward);
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
};

/**
 * Memory for young objects of a server. By default it grows to 128 MiB on a large machine, which costs more than it saves: with 16
 * MiB per half a node needs a third less memory and reads are a fifth faster, since it stays in the processor's cache. The size is
 * fixed when a process begins, hence the exchange of the process for itself (same id, same streams).
 */
const YOUNG = '--max-semi-space-size=16';

/**
 * A node is one thread, and machines run a node per core: V8's helper threads would only wait for a processor, and the collection for
 * them. Without them the 99.9th percentile of puts at a busy time falls by a third.
 */
const COLLECTOR = '--single-threaded-gc';

/** One arena for all threads of the C library: with one each, what the storage thread frees is kept apart and never used again. */
const ARENAS = { MALLOC_ARENA_MAX: '1' };

const becomeServer = () => {
  const { execPath, execArgv } = process;
  process.execve(execPath, [execPath, YOUNG, COLLECTOR, ...execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    ...ARENAS,
    ...process.env,
  });
};

const run = async () => {
  // Node.js keeps what it has compiled among the system's temporary files: every start but the first takes half the time.
  module.enableCompileCache?.();
  const source = new URL('../src/apps/command-line/main.ts', import.meta.url);
  const built = new URL('../dist/apps/command-line/main.js', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : built.href);
  process.exitCode = await main(process.argv.slice(2));
};

const isServer = process.argv[2] === 'start' && typeof process.execve === 'function';
const isTuned = process.execArgv.some((flag) => flag.startsWith('--max-semi-space-size'));

if (suffices(process.versions.node)) {
  if (isServer && !isTuned) becomeServer();
  else await run();
} else {
  const binary = nodeOfTheRepository();
  if (binary === undefined) {
    process.stderr.write(`quorate: Node.js ${process.versions.node} is too old, ${NEEDED.join('.')} or newer is needed\n`);
    process.exitCode = 1;
  } else {
    runAgainWith(binary);
  }
}
