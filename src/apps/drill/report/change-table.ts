import { describeChange, type HappenedChange } from '../ring-changes/index.ts';
import { escaped } from './escaped.ts';

/** @returns HTML; nothing if the ring stayed as it was. */
export function changeTable(changes: readonly HappenedChange[]): string {
  if (changes.length === 0) return '';
  const rows = changes.map(({ change, beganMs, decidedMs, settledMs, failure }) => {
    const cells = [beganMs, decidedMs, settledMs].map(
      (ms) => `<td class="number">${ms === undefined ? 'never' : `${(ms / 1_000).toFixed(1)} s`}</td>`,
    );
    const told = failure === undefined ? '' : `<br><span class="soft">${escaped(failure)}</span>`;
    return `<tr><td>${escaped(describeChange(change))}${told}</td>${cells.join('')}</tr>`;
  });
  const heads = ['begun at', 'decided at', 'nothing left to be moved at'];
  return `<section><h2>Changes of the ring</h2><div class="table"><table>
<tr><th>change</th>${heads.map((head) => `<th class="number">${head}</th>`).join('')}</tr>
${rows.join('\n')}
</table></div></section>`;
}
