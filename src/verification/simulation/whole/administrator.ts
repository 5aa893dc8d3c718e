/** Carries out what the plan of a run wants of the ring, as a person would: asks another node when one does not answer, and looks anew when a plan is stale. */
import type { DirectClient, DirectOutcome } from '../../../stores/kv/client/index.ts';
import type { Json } from '../../../stores/kv/index.ts';
import { addressOf } from '../cluster.ts';
import type { Stage } from '../kv/index.ts';
import type { RingOperation } from './ring-operation.ts';

const TIMEOUT_MS = 1_000;
const ATTEMPTS = 12;
const RETRY_MS = 300;
/** Refusals that say that it has been done, or cannot be. */
const FINAL = new Set(['already-a-member', 'not-a-member', 'too-few-nodes', 'nothing-to-cancel', 'address-taken', 'bad-request']);

type Decision = { readonly [field: string]: Json };

export class Administrator {
  /** Decisions that were acknowledged. */
  decided = 0;
  readonly #stage: Stage;
  readonly #client: DirectClient;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#client = stage.client('administrator');
  }

  act(operation: RingOperation): void {
    const { kind, target, amount, node } = operation;
    switch (kind) {
      case 'pause':
      case 'resume':
      case 'cancel':
        this.#order(node, `cluster-${kind}`, null, kind === 'cancel' ? 1 : ATTEMPTS);
        break;
      case 'remove':
      case 'replace':
        this.#destroy(target);
        this.#stage.simulation.after(amount, () => this.#decide(operation));
        break;
      default:
        this.#decide(operation);
    }
  }

  /** What is gone and still a member is removed. */
  removeDestroyed(node: number): void {
    for (const name of this.#stage.destroyed) this.#order(node, 'cluster-remove', { kind: 'remove', node: name, force: true }, 1);
  }

  resume(node: number): void {
    this.#order(node, 'cluster-resume', null, 1);
  }

  #destroy(name: string): void {
    const { simulation, destroyed, cluster } = this.#stage;
    if (!cluster.names.includes(name)) return;
    simulation.note(`the machine of ${name} is gone for good`);
    destroyed.add(name);
    const process = simulation.process(name);
    if (process.isRunning) process.crash({ powerLoss: true });
  }

  #decide(operation: RingOperation): void {
    const { node, isImmediate } = operation;
    const decisions = decisionsOf(operation);
    const [first] = decisions;
    if (isImmediate && decisions.length === 1 && first !== undefined) {
      this.#order(node, `cluster-${String(first['kind'])}`, { ...first, force: true }, ATTEMPTS);
      return;
    }
    this.#plan(node, decisions, ATTEMPTS);
  }

  #plan(node: number, decisions: readonly Decision[], attempts: number): void {
    this.#order(node, 'cluster-plan', { decisions, force: true }, attempts, (answer, answering) => {
      const { commit } = answer as { readonly commit: Json };
      // Stale by now, or not known what became of it: the next plan tells.
      this.#order(answering, 'cluster-commit', commit, 1, undefined, () =>
        this.#later(node, attempts, () => this.#plan(node + 1, decisions, attempts - 1)),
      );
    });
  }

  #order(
    node: number,
    command: string,
    argument: Json,
    attempts: number,
    then: (answer: Json, node: number) => void = () => {},
    failed: () => void = () => this.#later(node, attempts, () => this.#order(node + 1, command, argument, attempts - 1, then)),
  ): void {
    const { names } = this.#stage.cluster;
    const asked = node % names.length;
    const text = `${command} ${argument === null ? '' : JSON.stringify(argument)} at ${names[asked]}`;
    this.#tell(text);
    const request = { kind: 'administer', command, argument: JSON.stringify(argument), timeoutMs: TIMEOUT_MS } as const;
    this.#stage.request(this.#client, asked, request, (outcome: DirectOutcome) => {
      if ('reply' in outcome && outcome.reply.kind === 'administer') {
        this.#tell(`${command} done`);
        if (command !== 'cluster-plan') this.decided++;
        then(JSON.parse(outcome.reply.json), asked);
        return;
      }
      const problem = 'error' in outcome ? outcome.error : undefined;
      this.#tell(`${command} failed: ${problem?.message}`);
      if (problem === undefined || !FINAL.has(problem.code)) failed();
    });
  }

  #later(_node: number, attempts: number, again: () => void): void {
    if (attempts > 1) this.#stage.simulation.after(RETRY_MS, again);
  }

  #tell(event: string): void {
    this.#stage.simulation.note(event, 'administrator');
  }
}

function decisionsOf({ kind, target, by, amount }: RingOperation): readonly Decision[] {
  const joining = (node: string): Decision => ({
    kind: 'join',
    node,
    address: addressOf(node),
    host: node,
    zone: 'z',
    weight: 1,
  });
  switch (kind) {
    case 'join':
      return [joining(target)];
    case 'replace':
      return [joining(by), { kind: 'remove', node: target }];
    case 'weight':
      return [{ kind: 'weight', node: target, weight: amount }];
    default:
      return [{ kind, node: target }];
  }
}
