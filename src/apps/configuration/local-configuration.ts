/** The file that `quorate local` writes: a cluster of processes on this machine. */
import { badConfiguration } from './decoder.ts';

export interface LocalLayout {
  readonly nodes: number;
  /** Port of the first node; the others follow. */
  readonly port: number;
  /** Port of the first node's HTTP gateway; the others follow. */
  readonly httpPort: number;
}

const LOOPBACK = '127.0.0.1';
/** The paper's common configuration, as far as the nodes suffice. */
const REPLICAS = 3;
const QUORUM = 2;

/**
 * The text of `quorate.json`. Every node gets a host label of its own: all are on one machine here, and a test cluster
 * should place replicas as separate machines would.
 *
 * @throws QuorateError `bad-configuration` if the ports overlap.
 */
export function localConfigurationText({ nodes, port, httpPort }: LocalLayout): string {
  const last = Math.max(port, httpPort) + nodes - 1;
  if (last > 65_535)
    throw badConfiguration(
      'quorate local',
      `${nodes} nodes from port ${Math.max(port, httpPort)} would need port ${last}, beyond 65535`,
    );
  if (Math.abs(port - httpPort) < nodes) {
    throw badConfiguration(
      'quorate local',
      `${nodes} nodes from port ${port} and HTTP from port ${httpPort} overlap; they must be ${nodes} apart`,
    );
  }
  const n = Math.min(REPLICAS, nodes);
  const quorum = Math.min(QUORUM, n);
  const document = {
    cluster: 'local',
    nodes: Array.from({ length: nodes }, (_, index) => ({
      name: `n${index + 1}`,
      address: `${LOOPBACK}:${port + index}`,
      http: `${LOOPBACK}:${httpPort + index}`,
      host: `host-${index + 1}`,
    })),
    defaults: { n, r: quorum, w: quorum, durability: 'disk', conflict: 'siblings' },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * The text of a local cluster's file with its nodes on other ports; all else stays as it is.
 *
 * @throws QuorateError `bad-configuration` if the file is not of such a cluster.
 */
export function withLocalPorts(
  source: string,
  text: string,
  ports: { readonly port?: number; readonly httpPort?: number },
): string {
  const document: unknown = JSON.parse(text);
  if (!isObject(document) || !Array.isArray(document['nodes'])) throw badConfiguration(source, 'it has no list of nodes');
  const nodes = document['nodes'].map((node: unknown, index) => {
    if (!isObject(node)) throw badConfiguration(source, `nodes[${index}] is no object`);
    return {
      ...node,
      ...(ports.port === undefined ? {} : { address: `${LOOPBACK}:${ports.port + index}` }),
      ...(ports.httpPort === undefined ? {} : { http: `${LOOPBACK}:${ports.httpPort + index}` }),
    };
  });
  return `${JSON.stringify({ ...document, nodes }, null, 2)}\n`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
