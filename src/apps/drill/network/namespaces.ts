/**
 * Each node in a network namespace of its own, tied to a bridge in another one, in which the clients are too (the drill runs itself
 * again there). Nothing of the machine's own network changes; `ip` and `tc` of iproute2 are all that is needed.
 *
 * - Silence from one node to another: the sender is told a hardware address for the other that nobody has. Frames leave, the
 *   bridge floods them, nobody takes them. Unlike a route of kind `blackhole` the sender gets no error, as in a real partition, and each
 *   direction is cut by itself, without filters, which many kernels lack.
 * - Slow lines: netem if the kernel has it, else tbf, which limits the rate alone; at both ends of the node's line.
 */
import { QuorateError } from '../../../runtime/errors/index.ts';
import { runTool, type ToolResult } from '../../../runtime/machine/index.ts';
import type { DrillNetwork } from './drill-network.ts';

const SUBNET = '10.211.73';
const HUB_HOST = 254;
const PORT = 7401;
const NOBODY = '02:de:ad:00:00:01';
const DEVICE = 'eth0';
const BRIDGE = 'hub0';
const TBF_BURST_BYTES = 4096;
const TBF_LATENCY_MS = 2_000;

/** Why there can be no namespaces here; `undefined`: there can. Leaves nothing behind. */
export async function whyNoNamespaces(processId: number): Promise<string | undefined> {
  const probe = `quorate-drill-${processId}-probe`;
  const added = await runTool('ip', ['netns', 'add', probe]);
  if (added.code !== 0) return `'ip netns add' is not possible: ${reasonOf(added)}`;
  const bridge = await runTool('ip', ['-n', probe, 'link', 'add', BRIDGE, 'type', 'bridge']);
  const pair = await runTool('ip', ['-n', probe, 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'other']);
  await runTool('ip', ['netns', 'delete', probe]);
  const failed = [bridge, pair].find(({ code }) => code !== 0);
  return failed === undefined ? undefined : `the kernel gives no virtual network: ${reasonOf(failed)}`;
}

/**
 * Remove the namespaces of drills that are gone without having done so: those that were killed.
 * @param isAlive whether there is a process of this id.
 */
export async function removeLeftovers(isAlive: (processId: number) => boolean): Promise<void> {
  const { stdout } = await runTool('ip', ['netns', 'list']);
  for (const [, name, processId] of stdout.matchAll(/^(quorate-drill-(\d+)-\S+)/gm)) {
    if (name !== undefined && !isAlive(Number(processId))) await runTool('ip', ['netns', 'delete', name]);
  }
}

/** Their names, and how they come and go: the part of the drill that stays outside. */
export class Namespaces {
  readonly #prefix: string;
  readonly #nodes: readonly string[];

  /** @param prefix of all names; begins with `quorate-drill-` and the process id. */
  constructor(prefix: string, nodes: readonly string[]) {
    this.#prefix = prefix;
    this.#nodes = nodes;
  }

  get hub(): string {
    return `${this.#prefix}-hub`;
  }

  of(node: string): string {
    return `${this.#prefix}-${node}`;
  }

  /** @throws QuorateError `drill-impossible`. What was made until then stays: call {@link remove}. */
  async create(): Promise<void> {
    const { hub } = this;
    for (const name of [hub, ...this.#nodes.map((node) => this.of(node))]) {
      await must('ip', ['netns', 'add', name]);
      await must('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    }
    await must('ip', ['-n', hub, 'link', 'add', BRIDGE, 'type', 'bridge']);
    await must('ip', ['-n', hub, 'address', 'add', `${SUBNET}.${HUB_HOST}/24`, 'dev', BRIDGE]);
    await must('ip', ['-n', hub, 'link', 'set', BRIDGE, 'up']);
    for (const [index, node] of this.#nodes.entries()) {
      const name = this.of(node);
      await must('ip', ['-n', hub, 'link', 'add', port(node), 'type', 'veth', 'peer', 'name', DEVICE, 'netns', name]);
      await must('ip', ['-n', hub, 'link', 'set', port(node), 'master', BRIDGE, 'up']);
      await must('ip', ['-n', name, 'address', 'add', `${hostAddress(index)}/24`, 'dev', DEVICE]);
      await must('ip', ['-n', name, 'link', 'set', DEVICE, 'up']);
    }
  }

  /** All of them, as far as they are there; their devices go with them. */
  async remove(): Promise<void> {
    for (const node of this.#nodes) await runTool('ip', ['netns', 'delete', this.of(node)]);
    await runTool('ip', ['netns', 'delete', this.hub]);
  }
}

/** The lines, seen from within the hub's namespace. */
export class NamespaceNetwork implements DrillNetwork {
  readonly means = 'namespaces';
  readonly note: string | undefined;
  readonly #namespaces: Namespaces;
  readonly #nodes: readonly string[];
  readonly #hasNetem: boolean;
  #cuts: { readonly from: string; readonly to: string }[] = [];
  #slow: string[] = [];

  private constructor(namespaces: Namespaces, nodes: readonly string[], hasNetem: boolean) {
    this.#namespaces = namespaces;
    this.#nodes = nodes;
    this.#hasNetem = hasNetem;
    this.note = hasNetem ? undefined : 'without netem in the kernel the rate alone is limited';
  }

  static async open(prefix: string, nodes: readonly string[]): Promise<NamespaceNetwork> {
    const namespaces = new Namespaces(prefix, nodes);
    const probe = ['-n', namespaces.hub, 'qdisc', 'replace', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'];
    const hasNetem = (await runTool('tc', probe)).code === 0;
    if (hasNetem) await runTool('tc', ['-n', namespaces.hub, 'qdisc', 'delete', 'dev', 'lo', 'root']);
    return new NamespaceNetwork(namespaces, nodes, hasNetem);
  }

  address(node: string): string {
    return `${hostAddress(this.#nodes.indexOf(node))}:${PORT}`;
  }

  addressSeenBy(_node: string, other: string): string {
    return this.address(other);
  }

  launcher(node: string): readonly string[] {
    return ['ip', 'netns', 'exec', this.#namespaces.of(node)];
  }

  async cut(from: string, to: string): Promise<void> {
    this.#cuts.push({ from, to });
    await must('ip', [
      '-n',
      this.#namespaces.of(from),
      'neighbour',
      'replace',
      this.#host(to),
      'lladdr',
      NOBODY,
      'nud',
      'permanent',
      'dev',
      DEVICE,
    ]);
  }

  async slow(node: string, line: { readonly delayMs: number; readonly kilobitsPerSecond: number }): Promise<void> {
    this.#slow.push(node);
    const rate = `${line.kilobitsPerSecond}kbit`;
    const discipline = this.#hasNetem
      ? ['netem', 'delay', `${line.delayMs}ms`, 'rate', rate]
      : ['tbf', 'rate', rate, 'burst', `${TBF_BURST_BYTES}`, 'latency', `${TBF_LATENCY_MS}ms`];
    for (const end of this.#ends(node))
      await must('tc', ['-n', end.namespace, 'qdisc', 'replace', 'dev', end.device, 'root', ...discipline]);
  }

  async heal(): Promise<void> {
    const [cuts, slow] = [this.#cuts, this.#slow];
    this.#cuts = [];
    this.#slow = [];
    for (const { from, to } of cuts) {
      await must('ip', ['-n', this.#namespaces.of(from), 'neighbour', 'delete', this.#host(to), 'dev', DEVICE]);
    }
    for (const end of slow.flatMap((node) => this.#ends(node))) {
      await must('tc', ['-n', end.namespace, 'qdisc', 'delete', 'dev', end.device, 'root']);
    }
  }

  async close(): Promise<void> {
    // The namespaces themselves are removed by those who made them.
  }

  #host(node: string): string {
    return hostAddress(this.#nodes.indexOf(node));
  }

  #ends(node: string): readonly { readonly namespace: string; readonly device: string }[] {
    return [
      { namespace: this.#namespaces.of(node), device: DEVICE },
      { namespace: this.#namespaces.hub, device: port(node) },
    ];
  }
}

function hostAddress(index: number): string {
  return `${SUBNET}.${index + 1}`;
}

function port(node: string): string {
  return `to-${node}`;
}

async function must(program: string, programArguments: readonly string[]): Promise<void> {
  const result = await runTool(program, programArguments);
  if (result.code === 0) return;
  throw new QuorateError({
    code: 'drill-impossible',
    message: `'${program} ${programArguments.join(' ')}' failed: ${reasonOf(result)}`,
    outcome: 'not-applied',
    next: 'Run it as root on a kernel with network namespaces, or with --network proxy.',
  });
}

function reasonOf({ stderr, code }: ToolResult): string {
  return stderr.trim().split('\n').at(-1) || `exit code ${code}`;
}
