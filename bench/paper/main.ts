/** `npm run paper`: the evaluation of the Dynamo paper, made again and written to docs/paper. */
import { keep, writePage } from './document.ts';
import { FIGURE_4_5 } from './figure-4-5.ts';
import { FIGURE_5_SIMULATED } from './figure-5-simulated.ts';
import { FIGURE_6 } from './figure-6.ts';
import { FIGURE_8 } from './figure-8.ts';
import { chosen, usage } from './options.ts';
import { SECTION_6_3 } from './section-6-3.ts';
import type { Study } from './study.ts';
import { TABLE_2_MEASURED } from './table-2-measured.ts';
import { TABLE_2_SIMULATED } from './table-2-simulated.ts';

const STUDIES: readonly Study[] = [
  FIGURE_4_5,
  FIGURE_5_SIMULATED,
  FIGURE_6,
  FIGURE_8,
  SECTION_6_3,
  TABLE_2_MEASURED,
  TABLE_2_SIMULATED,
];
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
// What a measurement that failed left open must not keep this process, and its children, going.
process.exit();
