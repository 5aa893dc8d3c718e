/** A cluster that the drill itself starts, of real processes, and may do with as it likes. */
import { join } from 'node:path';
import { QuorateError } from '../../runtime/errors/index.ts';
import { fillDisk, freeDisk, removeDirectory, runTool } from '../../runtime/machine/index.ts';
import { makeDirectory, writeFileAtomically } from '../../runtime/real/index.ts';
import type { Durability } from '../../stores/kv/index.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { DrillNetwork } from './network/index.ts';
import { NodeProcess } from './node-process.ts';
import type { Stage } from './stage.ts';

export interface OwnClusterOptions {
  readonly nodes: readonly string[];
  readonly network: DrillNetwork;
  /** Why this network; for the report. */
  readonly why: string;
  /** Where the nodes have their data and logs; made anew. */
  readonly directory: string;
  /** Those whose disk is to become full: they get a small file system of their own. */
  readonly smallDisks: readonly string[];
  readonly durability: Durability;
}

const SMALL_DISK_MIB = 64;
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
  #mounted: string[] = [];
  #closing = false;

  constructor(options: OwnClusterOptions) {
    const { nodes, network, why } = options;
    this.#options = options;
    this.nodes = nodes;
    this.addresses = nodes.map((node) => network.address(node));
    this.means = [why, network.note].filter((part) => part !== undefined).join('; ');
    for (const name of nodes) this.#processes.set(name, this.#process(name));
  }

  async start(): Promise<void> {
    const { directory, smallDisks, nodes } = this.#options;
    for (const node of nodes) {
      const data = this.#data(node);
      await makeDirectory(data);
      if (smallDisks.includes(node)) await this.#mount(node, data);
      await writeFileAtomically(this.#configuration(node), this.#configurationText(node));
    }
    await makeDirectory(join(directory, 'logs'));
    await Promise.all([...this.#processes.values()].map((process) => process.start()));
  }

  async begin(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'kill':
        await this.#each(fault.nodes, (process) => process.kill());
        return;
      case 'pause':
        await this.#each(fault.nodes, async (process) => process.pause());
        return;
      case 'partition':
        for (const one of fault.from) {
          for (const other of fault.to) await this.#cut(one, other, fault.oneWay);
        }
        return;
      case 'slow':
        for (const node of fault.nodes) await this.#options.network.slow(node, fault);
        return;
      case 'disk':
        for (const node of fault.nodes) await this.#fill(node);
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
          await freeDisk(this.#data(node));
          await this.#processes.get(node)?.kill();
          await this.#processes.get(node)?.start();
        }
    }
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#each(this.nodes, (process) => process.kill());
    const { network, directory } = this.#options;
    await network.close();
    for (const [node, lines] of this.#logs) await writeFileAtomically(join(directory, 'logs', `${node}.log`), lines.join('\n'));
    for (const path of this.#mounted) await runTool('umount', [path]);
    for (const node of this.nodes) await removeDirectory(this.#data(node));
  }

  async #cut(one: string, other: string, oneWay: boolean): Promise<void> {
    const { network } = this.#options;
    await network.cut(one, other);
    if (!oneWay) await network.cut(other, one);
  }

  async #fill(node: string): Promise<void> {
    const why = this.unable.get('disk');
    if (why !== undefined)
      throw new QuorateError({ code: 'drill-impossible', message: why, outcome: 'not-applied', next: 'Leave it out.' });
    await fillDisk(this.#data(node));
  }

  async #mount(node: string, path: string): Promise<void> {
    const result = await runTool('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK_MIB}m`, `quorate-drill-${node}`, path]);
    if (result.code === 0) this.#mounted.push(path);
    else this.unable.set('disk', `no small file system can be mounted: ${result.stderr.trim().split('\n').at(-1) ?? ''}`);
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
    return join(this.#options.directory, `${node}.json`);
  }

  /** As this node sees the cluster. */
  #configurationText(self: string): string {
    const { nodes, network, durability } = this.#options;
    const n = Math.min(REPLICAS, nodes.length);
    const quorum = Math.min(QUORUM, n);
    const document = {
      cluster: 'drill',
      nodes: nodes.map((name) => ({
        name,
        address: name === self ? network.address(name) : network.addressSeenBy(self, name),
        host: `host-${name}`,
      })),
      defaults: { n, r: quorum, w: quorum, durability, conflict: 'siblings' },
    };
    return `${JSON.stringify(document, null, 2)}\n`;
  }
}
