/** A connection to each member alone, and who writes through it. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Quorate } from '../../stores/kv/index.ts';
import type { DrillTime } from './drill-time.ts';
import type { LoneWriters, NodeClients } from './proofs/index.ts';
import { type HappenedChange, type PlannedChange, RingChanger } from './ring-changes/index.ts';
import type { Reserve, Stage } from './stage.ts';

export interface MembersOptions {
  readonly stage: Stage;
  readonly lone: LoneWriters;
  readonly time: DrillTime;
  connect(addresses: readonly string[]): Promise<Quorate>;
}

const RETRY_MS = 250;
const REACHED_WITHIN_MS = 30_000;

export class Members {
  readonly #options: MembersOptions;
  readonly #clients = new Map<string, Quorate>();
  #workEnded = false;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** As of now. */
  get clients(): NodeClients {
    return this.#clients;
  }

  /** A stage without addresses has one node, which every connection reaches. */
  async connect(): Promise<void> {
    const { stage, connect } = this.#options;
    for (const [index, node] of stage.nodes.entries()) {
      const address = stage.addresses[index];
      this.#clients.set(node, await connect(address === undefined ? stage.addresses : [address]));
    }
  }

  startWriting(): void {
    for (const [node, quorate] of this.#clients) this.#options.lone.run(node, quorate);
  }

  stopWriting(): void {
    this.#workEnded = true;
    this.#options.lone.stop();
  }

  /** One after the other: each begins when its time has come and the one before has come to rest. Those whose turn comes too late are left out. */
  async change(planned: readonly PlannedChange[], onChange: (happened: HappenedChange) => void): Promise<void> {
    const { stage, time } = this.#options;
    if (stage.reserve === undefined) return;
    const changer = this.#changer(stage.reserve);
    for (const each of planned) {
      await time.until(each.atMs);
      if (time.isInterrupted || this.#workEnded) return;
      onChange(await changer.run(each));
    }
  }

  /** A fault may have struck the node in its first moments. */
  async #patientlyConnected(address: string): Promise<Quorate> {
    const { connect, time } = this.#options;
    const endMs = time.nowMs() + REACHED_WITHIN_MS;
    for (;;) {
      try {
        return await connect([address]);
      } catch (error) {
        if (!(error instanceof QuorateError) || time.nowMs() > endMs || time.isInterrupted) throw error;
      }
      await time.pause(RETRY_MS);
    }
  }

  #changer(reserve: Reserve): RingChanger {
    const { time, lone } = this.#options;
    return new RingChanger({
      members: this.#clients,
      nowMs: () => time.nowMs(),
      pause: () => time.pause(RETRY_MS),
      isInterrupted: () => time.isInterrupted,
      start: async (node) => {
        const newcomer = await reserve.start(node);
        this.#clients.set(node, await this.#patientlyConnected(newcomer.address));
        return newcomer;
      },
      onJoined: (node) => {
        const quorate = this.#clients.get(node);
        if (quorate !== undefined && !this.#workEnded) lone.run(node, quorate);
      },
      beforeGone: async (node) => {
        this.#clients.delete(node);
        await lone.leave(node);
      },
      retire: (node) => reserve.retire(node),
    });
  }
}
