/** Lines through proxies on the loopback interface, one for each ordered pair of nodes: for machines on which nobody may touch the network. */
import { FaultProxy, freePorts, type Way } from '../../../runtime/machine/index.ts';
import type { DrillNetwork } from './drill-network.ts';

const HOST = '127.0.0.1';
const BYTES_PER_KILOBIT = 125;

interface Line {
  readonly from: string;
  readonly to: string;
  readonly proxy: FaultProxy;
}

export class ProxyNetwork implements DrillNetwork {
  readonly means = 'proxy';
  readonly note = undefined;
  readonly #ports: ReadonlyMap<string, number>;
  readonly #lines: readonly Line[];

  private constructor(ports: ReadonlyMap<string, number>, lines: readonly Line[]) {
    this.#ports = ports;
    this.#lines = lines;
  }

  static async open(nodes: readonly string[]): Promise<ProxyNetwork> {
    const free = await freePorts(nodes.length);
    const ports = new Map(nodes.map((node, index) => [node, free[index] ?? 0]));
    const lines: Line[] = [];
    for (const from of nodes) {
      for (const to of nodes) {
        if (from !== to) lines.push({ from, to, proxy: await FaultProxy.open(0, ports.get(to) ?? 0) });
      }
    }
    return new ProxyNetwork(ports, lines);
  }

  address(node: string): string {
    return `${HOST}:${this.#ports.get(node) ?? 0}`;
  }

  addressSeenBy(node: string, other: string): string {
    const line = this.#lines.find(({ from, to }) => from === node && to === other);
    return line === undefined ? this.address(other) : `${HOST}:${line.proxy.port}`;
  }

  launcher(): readonly string[] {
    return [];
  }

  async cut(from: string, to: string): Promise<void> {
    // Either of two nodes may have dialled the other.
    this.#each(from, to, (proxy, way) => proxy.set(way, { blocked: true }));
  }

  async slow(node: string, line: { readonly delayMs: number; readonly kilobitsPerSecond: number }): Promise<void> {
    const faults = { delayMs: line.delayMs, bytesPerSecond: line.kilobitsPerSecond * BYTES_PER_KILOBIT };
    for (const { from, to, proxy } of this.#lines) {
      if (from !== node && to !== node) continue;
      proxy.set('forward', faults);
      proxy.set('backward', faults);
    }
  }

  async heal(): Promise<void> {
    for (const { proxy } of this.#lines) {
      proxy.set('forward', {});
      proxy.set('backward', {});
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#lines.map(({ proxy }) => proxy.close()));
  }

  #each(sender: string, receiver: string, act: (proxy: FaultProxy, way: Way) => void): void {
    for (const { from, to, proxy } of this.#lines) {
      if (from === sender && to === receiver) act(proxy, 'forward');
      if (from === receiver && to === sender) act(proxy, 'backward');
    }
  }
}
