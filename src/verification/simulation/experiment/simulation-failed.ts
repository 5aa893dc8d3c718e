import { seedText } from '../plan.ts';

export interface FailureDescription {
  readonly seed: bigint;
  readonly failures: readonly bigint[];
  readonly runs: number;
  readonly rule: string;
  readonly message: string;
  readonly plan: string;
  readonly faults: number;
  readonly operations: number;
  readonly tried: number;
  readonly story: readonly string[];
  readonly cause: Error | undefined;
}

const STORY_SHOWN = 60;

/** A scenario failed. The message tells how to run it again, and what happened. */
export class SimulationFailed extends Error {
  readonly seed: bigint;
  /** The seeds of all runs that failed, as far as they were looked at. */
  readonly failures: readonly bigint[];
  readonly runs: number;
  /** What was broken, without varying parts. */
  readonly rule: string;
  /** JSON of the plan that failed, shrunk if it could be: `simulate(plan, experiment)` runs it again. */
  readonly plan: string;
  /** What happened in that run: faults, calls, lives and deaths. */
  readonly story: readonly string[];

  constructor({ seed, failures, runs, rule, message, plan, faults, operations, tried, story, cause }: FailureDescription) {
    const how = tried === 0 ? '' : `\nshrunk in ${tried} tries to ${faults} faults and ${operations} operations:`;
    const left = story.length - STORY_SHOWN;
    const lines = [...(left > 0 ? [`  (${left} lines before)`] : []), ...story.slice(-STORY_SHOWN)];
    super(
      `${message}\nseed ${seedText(seed)}, run ${runs}; again: simulate('${seedText(seed)}', experiment)${how}\n${lines.join('\n')}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'SimulationFailed';
    this.seed = seed;
    this.failures = failures;
    this.runs = runs;
    this.rule = rule;
    this.plan = plan;
    this.story = story;
  }
}
