/**
 * `npm run bench:trouble`: what users feel of a cluster in trouble. Five real server processes, N=3, W=2 with fsync, R=2, values of 256
 * bytes: in health and then with a node killed, while one comes back with much missed, and while one joins; and how fast a node
 * that has missed much is brought up to date when nobody asks for anything. See docs/performance.md.
 */
import type { Judgement } from '../judge.ts';
import { judgementLine } from '../judge.ts';
import { machine, stolenLine, TABLE_HEAD } from '../report.ts';
import { readOptions, type TroubleOptions, USAGE } from './options.ts';
import { SCENARIO } from './scenarios.ts';
import { NODES, Trouble } from './trouble.ts';

const EXIT_USAGE = 2;

async function run(options: TroubleOptions): Promise<void> {
  console.log(`${machine()}; ${NODES} nodes, at least ${options.seconds} s per measurement`);
  const judgements: Judgement[] = [];
  for (const scenario of options.scenarios) {
    const trouble = await Trouble.start(options);
    console.log(`\n${scenario}\n${TABLE_HEAD}`);
    try {
      judgements.push(...(await SCENARIO[scenario](trouble)));
      console.log(stolenLine(trouble.points));
    } finally {
      await trouble.close();
    }
  }
  console.log(['', ...judgements.map(judgementLine)].join('\n'));
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else await run(options);
} catch (error) {
  console.error(`bench:trouble: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = EXIT_USAGE;
}
process.exit();
