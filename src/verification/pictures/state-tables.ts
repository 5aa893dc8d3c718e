/** The states of a run as tables, in the manner of state tables: state, message, new state, messages. */
import { escaped } from './escaped.ts';
import { describeStep, nameOf, type Sequence, type SequenceRow } from './sequence.ts';

/** A row per step: who, what came, what it changed, what was sent. */
export function stepTable(sequence: Sequence): string {
  const head = ['', 'process', 'message or event', 'state', 'new state', 'messages sent'];
  const start = `<tr id="step-0"><td class="number">0</td><td></td><td class="soft">the start</td><td></td><td></td><td>${messages(sequence, sequence.sendsAtStart)}</td></tr>`;
  return `<div class="wide"><table class="steps">
<thead><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr></thead>
<tbody>
${[start, ...sequence.rows.map((row) => stepRow(sequence, row))].join('\n')}
</tbody>
</table></div>`;
}

function stepRow(sequence: Sequence, row: SequenceRow): string {
  const { number, step, process, changes, sends } = row;
  const inLoop = sequence.loopsTo !== undefined && number > sequence.loopsTo ? ' class="loop"' : '';
  const label = (changed: number, field: string) =>
    `<i>${escaped(changed === process ? field : `${nameOf(sequence.processes, changed)}: ${field}`)}</i>`;
  const before = changes.map((one) => `<div>${label(one.process, one.field)} ${escaped(one.before ?? '-')}</div>`);
  const after = changes.map((one) => `<div>${label(one.process, one.field)} <b>${escaped(one.after ?? '-')}</b></div>`);
  const unchanged = changes.length === 0 ? '<span class="soft">no change</span>' : '';
  return `<tr id="step-${number}"${inLoop}><td class="number">${number}</td><td>${escaped(nameOf(sequence.processes, process))}</td><td>${event(sequence, step)}</td><td>${before.join('')}</td><td>${after.join('')}${unchanged}</td><td>${messages(sequence, sends)}</td></tr>`;
}

function event(sequence: Sequence, step: SequenceRow['step']): string {
  if (!('from' in step)) return escaped(step.kind === 'timer' ? `timer ${step.text}` : step.text);
  const lost = step.kind === 'lost' ? '<span class="bad">lost: </span>' : '';
  return `${lost}${escaped(step.text)}<div class="soft">from ${escaped(nameOf(sequence.processes, step.from))}</div>`;
}

function messages({ processes }: Sequence, sent: Sequence['underWay']): string {
  return sent
    .map(({ from, to, text }) => {
      const title = `${nameOf(processes, from)} → ${nameOf(processes, to)}`;
      return `<div title="${escaped(title)}">${escaped(text)} <span class="soft">to ${escaped(nameOf(processes, to))}</span></div>`;
    })
    .join('');
}

/** All processes after so many steps, a table for each kind of them; what the last step changed is bold. */
export function wholeStates(sequence: Sequence, number: number): string {
  const states = sequence.states[number] ?? [];
  const changed = new Set(sequence.rows[number - 1]?.changes.map(({ process, field }) => `${process} ${field}`));
  return kindsOf(sequence)
    .map((processes) => {
      const fields = new Set(processes.flatMap((process) => [...(states[process]?.keys() ?? [])]));
      const cell = (process: number, field: string) => {
        const value = escaped(states[process]?.get(field) ?? '');
        return changed.has(`${process} ${field}`)
          ? `<td class="changed"><b>${value === '' ? '-' : value}</b></td>`
          : `<td>${value}</td>`;
      };
      const head = processes.map((process) => `<th>${escaped(nameOf(sequence.processes, process))}</th>`).join('');
      const body = [...fields].map(
        (field) => `<tr><th>${escaped(field)}</th>${processes.map((process) => cell(process, field)).join('')}</tr>`,
      );
      return `<div class="wide"><table class="states"><thead><tr><th></th>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
    })
    .join('\n');
}

/** Processes whose names differ by their number only stand side by side. */
export function kindsOf({ processes }: Pick<Sequence, 'processes'>): readonly (readonly number[])[] {
  const kinds = new Map<string, number[]>();
  processes.forEach((name, process) => {
    const kind = name.replace(/\s*\d+$/, '');
    kinds.set(kind, [...(kinds.get(kind) ?? []), process]);
  });
  return [...kinds.values()];
}

export function underWayList(sequence: Sequence): string {
  if (sequence.underWay.length === 0) return '';
  const items = sequence.underWay.map((message) => {
    const since = message.sentAt === 0 ? 'from the start' : `since step ${message.sentAt}`;
    return `<li>${escaped(describeStep(sequence, { kind: 'delivered', ...message }, '→'))} <span class="soft">${since}</span></li>`;
  });
  return `<ul class="messages">${items.join('')}</ul>`;
}
