/** The process that starts a system and loads it, at the bidding of the one that measures. */
import { inspect } from 'node:util';
import type { Answer, Command, LoadArguments } from './commands.ts';
import { closedLoop, openLoop, preload, Recorder, setKeyOrder } from './load.ts';
import { cleanUpAtEnd } from './processes.ts';
import { SYSTEMS } from './systems/index.ts';
import type { System } from './systems/system.ts';

const { system: name, directory, keys } = JSON.parse(process.argv[2] ?? '') as LoadArguments;
const recorders = new Map<number, Recorder>();
let started: System | undefined;

function system(): System {
  if (started === undefined) throw new Error(`${name} has not been started`);
  return started;
}

function recorder(series: number): Recorder {
  const known = recorders.get(series) ?? new Recorder();
  recorders.set(series, known);
  return known;
}

async function carryOut(command: Command): Promise<Extract<Answer, { done: unknown }>['done']> {
  switch (command.kind) {
    case 'start':
      started = await SYSTEMS[name](directory);
      return started !== undefined;
    case 'preload':
      await preload(system(), command.keys, command.inFlight);
      return undefined;
    case 'closed':
      await closedLoop(system(), command.verb, command.inFlight, command.seconds, recorder(command.series));
      return undefined;
    case 'open':
      await openLoop(system(), command.verb, command.perSecond, command.seconds, recorder(command.series));
      return undefined;
    case 'point': {
      const point = recorder(command.series).point(name, command.verb, command.load);
      recorders.delete(command.series);
      return point;
    }
    case 'close':
      await started?.close();
      return undefined;
  }
}

cleanUpAtEnd(directory);
setKeyOrder(keys);
// Without the process that measures there is nothing to do.
process.on('disconnect', () => process.exit());
process.on('message', (command: Command) => {
  const answer = (message: Answer): void => void process.send?.(message);
  carryOut(command).then(
    (done) => answer({ done }),
    (error: unknown) => answer({ failed: inspect(error) }),
  );
});
