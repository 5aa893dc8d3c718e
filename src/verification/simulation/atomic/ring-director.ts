/** Carries out the ring events of a plan, as an administrator would, at whatever node answers. */
import type { DirectClient } from '../../../stores/kv/client/index.ts';
import type { Stage } from '../kv/index.ts';
import type { RingEvent } from './ring-events.ts';

const ORDER_MS = 400;
const PAUSE_MS = 300;
const ATTEMPTS = 12;
const WEIGHTS = 3;
/** Refused for a reason that does not go away. */
const SETTLED = ['already-a-member', 'not-a-member', 'too-few-nodes', 'bad-request'];

export class RingDirector {
  readonly #stage: Stage;
  readonly #administrator: DirectClient;
  /** Orders that were carried out, and disks that were lost. */
  done = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#administrator = stage.client('administrator');
  }

  perform(events: readonly RingEvent[]): void {
    for (const event of events) this.#stage.simulation.after(event.atMs, () => this.#begin(event));
  }

  #begin(event: RingEvent): void {
    const { simulation, cluster } = this.#stage;
    const name = cluster.names[event.node] ?? '';
    simulation.note(`${event.kind} ${name}`);
    const process = simulation.process(name);
    if ((event.kind === 'wipe' || event.crashes) && process.isRunning) process.crash({ powerLoss: true });
    if (event.kind !== 'wipe') {
      this.#order(event, name, 0);
      return;
    }
    const wasRunning = process.disk.content.length > 0;
    process.disk.wipe();
    if (wasRunning) process.restart();
    this.done++;
  }

  #order(event: RingEvent, name: string, attempt: number): void {
    const { simulation, cluster } = this.#stage;
    const argument = JSON.stringify({ ...argumentOf(event), node: name, address: `${name}:7401`, host: name, zone: 'z' });
    const command = `cluster-${event.kind}`;
    const node = (event.node + 1 + attempt) % cluster.names.length;
    this.#administrator.request(node, { kind: 'administer', command, argument, timeoutMs: ORDER_MS }, (outcome) => {
      if ('reply' in outcome) this.done++;
      else if (attempt < ATTEMPTS && !SETTLED.includes(outcome.error.code))
        simulation.after(PAUSE_MS, () => this.#order(event, name, attempt + 1));
      else simulation.note(`${command} ${name}: ${outcome.error.message}`);
    });
  }
}

function argumentOf({ kind, atMs }: RingEvent) {
  if (kind === 'weight') return { weight: 1 + (atMs % WEIGHTS) };
  return kind === 'remove' ? { force: true } : {};
}
