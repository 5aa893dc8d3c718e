/** A cluster that the drill itself starts, of real processes, and may do with as it likes. */
import { join } from 'node:path';
import { QuorateError } from '../../runtime/errors/index.ts';
import { removeDirectory, SmallDisk } from '../../runtime/machine/index.ts';
import { makeDirectory, writeFileAtomically } from '../../runtime/real/index.ts';
import { REGISTER_BUCKET } from './drill-settings.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { DrillNetwork } from './network/index.ts';
import { NodeProcess } from './node-process.ts';
import type { Stage } from './stage.ts';

export interface OwnClusterOptions {
  readonly nodes: readonly string[];
  readonly network: DrillNetwork;
  /** The network and why it is this one; for the report. */
  readonly means: string;
  /** Where the nodes have their data and logs; made anew. */
  readonly directory: string;
  /** Those whose disk is to become full: they get a small file system of their own. */
  readonly smallDisks: readonly string[];
}

/** The most that a node may write in a drill with full disks; it takes no memory until it is used. */
const SMALL_DISK_BYTES = 2 * 1024 ** 3;
const REPLICAS = 3;
const QUORUM = 2;

export class OwnCluster implements Stage {
  readonly nodes: readonly string[];
  readonly addresses: readonly string[];
  readonly means: string;
  readonly unable = new Map<FaultKind, string>();
  readonly accidents: string[] = [];
  readonly #options: OwnClusterOptions;
  readonly #processes = new Map<string, NodeProcess>();
  readonly #logs = new Map<string, string[]>();
  readonly #disks = new Map<string, SmallDisk>();
  #closing = false;

  constructor(options: OwnClusterOptions) {
    const { nodes, network, means } = options;
    this.#options = options;
    this.nodes = nodes;
    this.addresses = nodes.map((node) => network.address(node));
    this.means = means;
    for (const name of nodes) this.#processes.set(name, this.#process(name));
  }

  async start(): Promise<void> {
    const { smallDisks, nodes } = this.#options;
    for (const node of nodes) {
      const data = this.#data(node);
      await removeDirectory(data);
      await makeDirectory(data);
      if (smallDisks.includes(node)) await this.#mount(node, data);
      await writeFileAtomically(this.#configuration(node), this.#configurationText(node));
    }
    await Promise.all([...this.#processes.values()].map((process) => process.start()));
  }

  async begin(fault: Fault): Promise<string | undefined> {
    switch (fault.kind) {
      case 'kill':
        await this.#each(fault.nodes, (process) => process.kill());
        return undefined;
      case 'pause':
        await this.#each(fault.nodes, async (process) => process.pause());
        return undefined;
      case 'partition':
        for (const one of fault.from) {
          for (const other of fault.to) await this.#cut(one, other, fault.oneWay);
        }
        return undefined;
      case 'slow':
        for (const node of fault.nodes) await this.#options.network.slow(node, fault);
        return this.#options.network.note;
      case 'disk':
        for (const node of fault.nodes) await this.#fill(node);
        return undefined;
    }
  }

  async end(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'kill':
        await this.#each(fault.nodes, (process) => process.start());
        return;
      case 'pause':
        await this.#each(fault.nodes, async (process) => process.resume());
        return;
      case 'partition':
      case 'slow':
        await this.#options.network.heal();
        return;
      case 'disk':
        // A node whose disk has failed takes no more writes until it is started anew: so does whoever looks after it.
        for (const node of fault.nodes) {
          if (!this.#disks.has(node)) continue;
          await this.#disks.get(node)?.empty();
          await this.#processes.get(node)?.kill();
          await this.#processes.get(node)?.start();
        }
    }
  }

  async close(keepData: boolean): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#each(this.nodes, (process) => process.kill());
    const { network, directory } = this.#options;
    await network.close();
    await makeDirectory(join(directory, 'logs'));
    for (const [node, lines] of this.#logs) await writeFileAtomically(join(directory, 'logs', `${node}.log`), lines.join('\n'));
    for (const disk of this.#disks.values()) await disk.unmount();
    if (!keepData) await removeDirectory(join(directory, 'data'));
  }

  async #cut(one: string, other: string, oneWay: boolean): Promise<void> {
    const { network } = this.#options;
    await network.cut(one, other);
    if (!oneWay) await network.cut(other, one);
  }

  async #fill(node: string): Promise<void> {
    const disk = this.#disks.get(node);
    if (disk !== undefined) return await disk.fill();
    const message = this.unable.get('disk') ?? 'it has no disk of its own';
    throw new QuorateError({ code: 'drill-impossible', message, outcome: 'not-applied', next: 'Leave it out.' });
  }

  async #mount(node: string, path: string): Promise<void> {
    const disk = await SmallDisk.mount(path, SMALL_DISK_BYTES);
    if (typeof disk === 'string') this.unable.set('disk', `no small file system can be mounted: ${disk}`);
    else this.#disks.set(node, disk);
  }

  #process(name: string): NodeProcess {
    const log: string[] = [];
    this.#logs.set(name, log);
    const config = this.#configuration(name);
    return new NodeProcess({
      name,
      programArguments: [
        ...['start', '--config', config, '--node', name, '--data', this.#data(name)],
        ...['--json', '--with-parent', '--log-level', 'info'],
      ],
      launcher: this.#options.network.launcher(name),
      onLogLine: (line) => log.push(line),
      onAccident: (description) => {
        if (!this.#closing) this.accidents.push(description);
      },
    });
  }

  #each(nodes: readonly string[], act: (process: NodeProcess) => Promise<void>): Promise<unknown> {
    const processes = nodes.flatMap((node) => this.#processes.get(node) ?? []);
    return Promise.all(processes.map((process) => act(process)));
  }

  #data(node: string): string {
    return join(this.#options.directory, 'data', node);
  }

  #configuration(node: string): string {
    return join(this.#options.directory, 'data', `${node}.json`);
  }

  /** As this node sees the cluster. */
  #configurationText(self: string): string {
    const { nodes, network } = this.#options;
    const n = Math.min(REPLICAS, nodes.length);
    const quorum = Math.min(QUORUM, n);
    const document = {
      cluster: 'drill',
      nodes: nodes.map((name) => ({
        name,
        address: name === self ? network.address(name) : network.addressSeenBy(self, name),
        host: `host-${name}`,
      })),
      defaults: { n, r: quorum, w: quorum, durability: 'disk', conflict: 'siblings' },
      buckets: { [REGISTER_BUCKET]: { n, consistency: 'atomic' } },
    };
    return `${JSON.stringify(document, null, 2)}\n`;
  }
}
