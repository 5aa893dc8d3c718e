/** Every order of messages and timers of lease.ts is searched; the shortest one that goes wrong is drawn. */
import { check, sequenceText } from 'quorate/checker';
import { model } from './lease.ts';

for (const fenced of [false, true]) {
  const lease = model({ fenced });
  const { verdict, states, findings } = check(lease);
  console.log(`${lease.name}: ${verdict}, ${states} states`);
  for (const finding of findings) {
    if (finding.verdict === 'violated') console.log(`${finding.property}: violated\n${sequenceText(lease, finding.run)}`);
  }
}
