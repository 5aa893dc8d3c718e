/** A rule of the scenario's own does not hold. */
export class RuleBroken extends Error {
  /** The rule without the varying parts: two failures of one rule are the same failure. */
  readonly rule: string;

  constructor(rule: string, detail?: string) {
    super(detail === undefined ? rule : `${rule}: ${detail}`);
    this.name = 'RuleBroken';
    this.rule = rule;
  }
}
