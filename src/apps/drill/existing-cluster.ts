/** A cluster that runs already and is others': faults are done by the commands that they give, if they give any. */
import { QuorateError } from '../../runtime/errors/index.ts';
import { runTool } from '../../runtime/machine/index.ts';
import { FAULT_KINDS, type Fault, type FaultKind } from './fault.ts';
import type { Stage } from './stage.ts';

/** How a fault begins and ends, for one node each: texts for a shell, with `{node}`, `{address}` and `{others}`. */
interface FaultCommands {
  readonly begin: string;
  readonly end: string;
}

export type ClusterCommands = ReadonlyMap<FaultKind, FaultCommands>;

export interface ExistingClusterOptions {
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly commands: ClusterCommands;
}

export class ExistingCluster implements Stage {
  readonly nodes: readonly string[];
  readonly addresses: readonly string[];
  readonly means: string;
  readonly unable = new Map<FaultKind, string>();
  readonly accidents: readonly string[] = [];
  readonly #options: ExistingClusterOptions;
  readonly #open = new Set<Fault>();

  constructor(options: ExistingClusterOptions) {
    this.#options = options;
    this.nodes = options.nodes.map(({ name }) => name);
    this.addresses = options.nodes.map(({ address }) => address);
    const kinds = [...options.commands.keys()];
    this.means =
      kinds.length === 0
        ? 'a cluster that runs already, without faults'
        : 'a cluster that runs already, faults by the commands given';
    for (const kind of FAULT_KINDS) if (!kinds.includes(kind)) this.unable.set(kind, 'no command was given');
  }

  async start(): Promise<void> {
    // It runs already; whether it answers, the clients will see.
  }

  async begin(fault: Fault): Promise<string | undefined> {
    this.#open.add(fault);
    await this.#run(fault, 'begin');
    return fault.kind === 'partition' && fault.oneWay ? 'by a command for both ways' : undefined;
  }

  async end(fault: Fault): Promise<void> {
    this.#open.delete(fault);
    await this.#run(fault, 'end');
  }

  async close(): Promise<void> {
    for (const fault of [...this.#open]) {
      // On the way out; that a fault cannot be ended keeps none of the others from being ended.
      await this.end(fault).catch(() => undefined);
    }
  }

  async #run(fault: Fault, when: keyof FaultCommands): Promise<void> {
    const commands = this.#options.commands.get(fault.kind);
    if (commands === undefined) throw impossible(`there is no command for '${fault.kind}'`);
    const nodes = fault.kind === 'partition' ? fault.from : fault.nodes;
    const results = await Promise.all(nodes.map((node) => runTool('sh', ['-c', this.#filled(fault, commands[when], node)])));
    for (const { code, stderr } of results) {
      if (code !== 0) throw impossible(`the command to ${when} '${fault.kind}' ended with code ${code}: ${stderr.trim()}`);
    }
  }

  #filled(fault: Fault, text: string, node: string): string {
    const others = (fault.kind === 'zone' ? fault.others : this.nodes.filter((other) => other !== node)).join(' ');
    const address = this.addresses[this.nodes.indexOf(node)] ?? '';
    return text.replaceAll('{node}', node).replaceAll('{address}', address).replaceAll('{others}', others);
  }
}

/** @param source names the file in messages. @throws QuorateError `bad-configuration`. */
export function parseCommands(source: string, text: string): ClusterCommands {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw badCommands(source, `it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw badCommands(source, 'it is no object of faults');
  const commands = new Map<FaultKind, FaultCommands>();
  for (const [name, given] of Object.entries(document)) {
    const kind = FAULT_KINDS.find((one) => one === name);
    if (kind === undefined) throw badCommands(source, `'${name}' is no fault; those are ${FAULT_KINDS.join(', ')}`);
    const { begin, end } = { begin: undefined, end: undefined, ...given };
    if (typeof begin !== 'string' || typeof end !== 'string')
      throw badCommands(source, `'${name}' needs the texts 'begin' and 'end'`);
    commands.set(kind, { begin, end });
  }
  return commands;
}

function badCommands(source: string, problem: string): QuorateError {
  return new QuorateError({
    code: 'bad-configuration',
    message: `${source}: ${problem}`,
    outcome: 'not-applied',
    next: 'Correct it; docs/verification.md describes it.',
    data: { source },
  });
}

function impossible(message: string): QuorateError {
  return new QuorateError({
    code: 'drill-impossible',
    message,
    outcome: 'unknown',
    next: 'Look at the cluster, then at the command.',
  });
}
