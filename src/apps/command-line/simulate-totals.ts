/** What the runs of one `quorate simulate` came to, together. */
import process from 'node:process';
import type { Run } from '../../verification/simulation/index.ts';
import { counted, shownDuration, shownSize } from './amounts.ts';

const BYTES_PER_KIBIBYTE = 1_024;

/** A run that failed, for those who read JSON. */
export interface FailedRun {
  readonly seed: string;
  readonly message: string;
  readonly replay: string;
  /** The shrunk plan. */
  readonly file?: string;
}

export class SimulateTotals {
  runs = 0;
  failures = 0;
  #simulatedMs = 0;
  #events = 0;
  readonly #failed: FailedRun[] = [];
  readonly #figures = new Map<string, number>();

  add({ failure, simulatedMs, events, figures }: Run): void {
    this.runs++;
    if (failure !== undefined) this.failures++;
    this.#simulatedMs += simulatedMs;
    this.#events += events;
    for (const [name, value] of Object.entries(figures)) this.#figures.set(name, (this.#figures.get(name) ?? 0) + value);
  }

  note(failed: FailedRun): void {
    this.#failed.push(failed);
  }

  /** For those who read JSON. */
  describe(tookMs: number): object {
    return {
      runs: this.runs,
      failures: this.#failed,
      simulatedMs: this.#simulatedMs,
      events: this.#events,
      tookMs: Math.round(tookMs),
      figures: Object.fromEntries(this.#figures),
    };
  }

  summary(tookMs: number, where: string): string {
    const seconds = Math.max(tookMs, 1) / 1_000;
    const figures = [...this.#figures].map(([name, value]) => `${value} ${name}`).join(', ');
    const ratio = this.#simulatedMs / 1_000 / seconds;
    const memory = shownSize(process.resourceUsage().maxRSS * BYTES_PER_KIBIBYTE);
    const rate = (this.#events / seconds / 1_000_000).toFixed(2);
    return [
      `${counted(this.runs, 'run')} ${where}: ${counted(this.failures, 'failure')} in ${seconds < 60 ? `${seconds.toFixed(1)} s` : shownDuration(tookMs)}`,
      figures,
      `${shownDuration(this.#simulatedMs)} simulated, ${ratio < 10 ? ratio.toFixed(2) : Math.round(ratio)} times real time, ${rate} million events/s, ${memory} of memory`,
    ].join('\n');
  }
}
