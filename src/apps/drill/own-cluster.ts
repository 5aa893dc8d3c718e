/** A cluster that the drill itself starts, of real processes, and may do with as it likes. */
import { join } from 'node:path';
import { QuorateError } from '../../runtime/errors/index.ts';
import { removeDirectory, SmallDisk } from '../../runtime/machine/index.ts';
import { makeDirectory, writeFileAtomically } from '../../runtime/real/index.ts';
import { REGISTER_BUCKET } from './drill-settings.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { DrillNetwork } from './network/index.ts';
import { NodeProcess } from './node-process.ts';
import type { Newcomer, Reserve, Stage } from './stage.ts';

export interface OwnClusterOptions {
  readonly nodes: readonly string[];
  /** That may join later. */
  readonly newcomers: readonly string[];
  zoneOf(node: string): string;
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
/** Few, so that changes of the ring come to rest within a short drill. */
const PARTITIONS = 32;
/** Faults make requests slow all the time: background work that waited for fast ones would not come to rest within a drill. */
const TARGET_MS = 2_000;

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
  /** Those that have been started, and are not gone for good. */
  readonly #present = new Set<string>();
  readonly reserve: Reserve = { start: (node) => this.#startNewcomer(node), retire: (node) => this.#retire(node) };
  #closing = false;

  constructor(options: OwnClusterOptions) {
    const { nodes, network, means } = options;
    this.#options = options;
    this.nodes = nodes;
    this.addresses = nodes.map((node) => network.address(node));
    this.means = means;
    for (const name of nodes) this.#processes.set(name, this.#process(name));
    for (const name of options.newcomers) this.#processes.set(name, this.#process(name, ['--join']));
  }

  async start(): Promise<void> {
    const { nodes } = this.#options;
    for (const node of nodes) await this.#prepare(node, nodes);
    for (const node of nodes) this.#present.add(node);
    await this.#each(nodes, (process) => process.start());
  }

  async begin(fault: Fault): Promise<string | undefined> {
    this.#expectAny(fault);
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
      case 'zone':
        for (const one of fault.nodes) {
          for (const other of fault.others) await this.#cut(one, other, false);
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
      case 'zone':
      case 'slow':
        await this.#options.network.heal();
        return;
      case 'disk':
        // A node whose disk has failed takes no more writes until it is started anew: so does whoever looks after it.
        for (const node of fault.nodes) {
          if (!this.#disks.has(node) || !this.#present.has(node)) continue;
          await this.#disks.get(node)?.empty();
          await this.#processes.get(node)?.kill();
          await this.#processes.get(node)?.start();
        }
    }
  }

  async close(keepData: boolean): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#each([...this.#processes.keys()], (process) => process.kill());
    this.#present.clear();
    const { network, directory } = this.#options;
    await network.close();
    await makeDirectory(join(directory, 'logs'));
    for (const [node, lines] of this.#logs) await writeFileAtomically(join(directory, 'logs', `${node}.log`), lines.join('\n'));
    for (const disk of this.#disks.values()) await disk.unmount();
    if (!keepData) await removeDirectory(join(directory, 'data'));
  }

  async #prepare(node: string, members: readonly string[]): Promise<void> {
    const data = this.#data(node);
    await removeDirectory(data);
    await makeDirectory(data);
    if (this.#options.smallDisks.includes(node)) await this.#mount(node, data);
    await writeFileAtomically(this.#configuration(node), this.#configurationText(members));
  }

  async #startNewcomer(node: string): Promise<Newcomer> {
    await this.#prepare(node, [...this.nodes, node]);
    this.#present.add(node);
    await this.#processes.get(node)?.start();
    const { address, host, zone } = this.#entry(node);
    return { address, host, zone };
  }

  async #retire(node: string): Promise<void> {
    this.#present.delete(node);
    await this.#processes.get(node)?.kill();
  }

  /** A plan is drawn before it is known how long changes take: a node may not be there yet, or be gone already. */
  #expectAny(fault: Fault): void {
    const struck = fault.kind === 'partition' ? [...fault.from, ...fault.to] : fault.nodes;
    if (struck.some((node) => this.#present.has(node))) return;
    throw impossible(`none of ${struck.join(' ')} is running at that time`);
  }

  async #cut(one: string, other: string, oneWay: boolean): Promise<void> {
    const { network } = this.#options;
    await network.cut(one, other);
    if (!oneWay) await network.cut(other, one);
  }

  async #fill(node: string): Promise<void> {
    const disk = this.#disks.get(node);
    // One that cannot even begin for lack of room would rightly end.
    if (disk !== undefined) await this.#processes.get(node)?.start();
    if (disk !== undefined) return await disk.fill();
    throw impossible(this.unable.get('disk') ?? 'it has no disk of its own');
  }

  async #mount(node: string, path: string): Promise<void> {
    const disk = await SmallDisk.mount(path, SMALL_DISK_BYTES);
    if (typeof disk === 'string') this.unable.set('disk', `no small file system can be mounted: ${disk}`);
    else this.#disks.set(node, disk);
  }

  #process(name: string, more: readonly string[] = []): NodeProcess {
    const log: string[] = [];
    this.#logs.set(name, log);
    const config = this.#configuration(name);
    const { network, nodes, newcomers } = this.#options;
    const others = [...nodes, ...newcomers].filter((other) => other !== name);
    const detours = others.flatMap((other) => {
      const [address, dialled] = [network.address(other), network.addressSeenBy(name, other)];
      return address === dialled ? [] : ['--detour', `${address}=${dialled}`];
    });
    return new NodeProcess({
      name,
      programArguments: [
        ...['start', '--config', config, '--node', name, '--data', this.#data(name)],
        ...['--json', '--with-parent', '--log-level', 'info', ...more],
        ...detours,
      ],
      launcher: network.launcher(name),
      onLogLine: (line) => log.push(line),
      onAccident: (description) => {
        if (!this.#closing) this.accidents.push(description);
      },
    });
  }

  #each(nodes: readonly string[], act: (process: NodeProcess) => Promise<void>): Promise<unknown> {
    const present = nodes.filter((node) => this.#present.has(node));
    const processes = present.flatMap((node) => this.#processes.get(node) ?? []);
    return Promise.all(processes.map((process) => act(process)));
  }

  #data(node: string): string {
    return join(this.#options.directory, 'data', node);
  }

  #configuration(node: string): string {
    return join(this.#options.directory, 'data', `${node}.json`);
  }

  #entry(name: string): Newcomer & { readonly name: string } {
    const { network, zoneOf } = this.#options;
    return { name, address: network.address(name), host: `host-${name}`, zone: zoneOf(name) };
  }

  /** The same for all who begin; who joins adds itself. */
  #configurationText(members: readonly string[]): string {
    const { nodes } = this.#options;
    const n = Math.min(REPLICAS, nodes.length);
    const quorum = Math.min(QUORUM, n);
    const document = {
      cluster: 'drill',
      partitions: PARTITIONS,
      target: { p999Ms: TARGET_MS },
      nodes: members.map((name) => this.#entry(name)),
      defaults: { n, r: quorum, w: quorum, durability: 'disk', conflict: 'siblings' },
      buckets: { [REGISTER_BUCKET]: { n, consistency: 'atomic' } },
    };
    return `${JSON.stringify(document, null, 2)}\n`;
  }
}

function impossible(message: string): QuorateError {
  return new QuorateError({ code: 'drill-impossible', message, outcome: 'not-applied', next: 'Leave it out.' });
}
