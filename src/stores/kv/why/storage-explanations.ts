/** Why a key cannot be read or written, or reads differ: what this node knows of its home replicas. */
import { isUp, type Target } from '../coordinator/index.ts';
import { badRequest } from '../errors.ts';
import type { Json } from '../interface.ts';
import type { Explanation, NodeService } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { checkBucketName } from '../settings.ts';
import { explainRegisters } from './register-explanations.ts';

export function storageExplanations(parts: ServiceParts): NodeService {
  return { explainers: new Map([['key', (argument) => explainKey(parts, argument)]]) };
}

function explainKey(parts: ServiceParts, argument: Json | undefined): readonly Explanation[] {
  const { topology, configuration, replica, hints } = parts;
  const { bucket, key } = bucketAndKey(argument);
  const { n, r, w, consistency } = configuration.buckets.get(bucket) ?? configuration.defaults;
  const { partition, storageKey } = topology.place(bucket, key);
  const homes = topology.ring.replicas(partition, n);
  const down = homes.filter((name) => {
    const target: Target | undefined = topology.target(name);
    return target === undefined || !isUp(target);
  });
  const explanations: Explanation[] = down.map((name) => ({
    what: `the replica at ${name}`,
    waitsFor: `${name} to answer ${topology.nodeName}`,
    next: `Look after ${name}: while it is away, ${homes.length - down.length} of ${n} home replicas serve reads of R=${r} and writes of W=${w}.`,
  }));
  if (consistency === 'atomic') explanations.push(...explainRegisters(parts, n, partition));
  if (homes.length < n) {
    explanations.push({ what: `${n - homes.length} of ${n} replicas`, waitsFor: 'more nodes', next: 'Let nodes join.' });
  }
  if (replica.read(storageKey).kind === 'damaged') {
    explanations.push({
      what: `the record at ${topology.nodeName}, which is damaged`,
      waitsFor: 'a read of the key, which mends it from the other replicas',
      next: 'Read the key.',
    });
  }
  if (hints.find(storageKey) !== undefined) {
    explanations.push({
      what: `a hint of the key at ${topology.nodeName}`,
      waitsFor: 'its home replica to take it',
      next: 'See quorate why hint.',
    });
  }
  return explanations;
}

function bucketAndKey(argument: Json | undefined): { readonly bucket: string; readonly key: Uint8Array } {
  if (typeof argument === 'object' && argument !== null && 'bucket' in argument && 'key' in argument) {
    const { bucket, key } = argument;
    if (typeof bucket === 'string' && typeof key === 'string' && key !== '') {
      checkBucketName(bucket);
      return { bucket, key: Buffer.from(key) };
    }
  }
  throw badRequest('names no bucket and key: {"bucket": text, "key": text}');
}
