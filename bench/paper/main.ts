/** `npm run paper`: the evaluation of the Dynamo paper, made again and written to docs/paper. */
import { keep, writePage } from './document.ts';
import { FIGURE_6 } from './figure-6.ts';
import { FIGURE_8 } from './figure-8.ts';
import { chosen, usage } from './options.ts';
import type { Study } from './study.ts';

const STUDIES: readonly Study[] = [FIGURE_6, FIGURE_8];
const EXIT_USAGE = 2;

function asked(): readonly Study[] {
  try {
    const studies = chosen(process.argv.slice(2), STUDIES);
    if (studies !== 'help') return studies;
    console.log(usage(STUDIES));
  } catch (error) {
    console.error(`paper: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = EXIT_USAGE;
  }
  return [];
}

for (const study of asked()) {
  console.log(`${study.title} ...`);
  const started = performance.now();
  const outcome = await study.run();
  await keep(study, outcome);
  for (const { what, paper, ours, agrees } of outcome.comparisons) {
    console.log(`  ${agrees ? 'agrees' : 'DOES NOT AGREE'}: ${what}; paper ${paper}, here ${ours}`);
  }
  console.log(`  ${((performance.now() - started) / 1000).toFixed(1)} s`);
  writePage(STUDIES);
}
