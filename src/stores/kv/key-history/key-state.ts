/** What one node has of a key, as plain data for people: its record, hints for others, and the repairs it remembers. */
import { clockSection } from '../../../protocols/versions/index.ts';
import { md5 } from '../../../runtime/hash/index.ts';
import type { Json } from '../interface.ts';
import { decodeChecked, recordOf } from '../replica/index.ts';
import type { ServiceParts } from '../service-parts.ts';

const FINGERPRINT_BYTES = 4;

export function keyState({ topology, replica, hints, meters }: ServiceParts, storageKey: Uint8Array): Json {
  const local = replica.read(storageKey);
  const repairs = meters.repairs.of(storageKey).map(({ at, node }) => ({ at, to: node }));
  const common = { node: topology.nodeName, holdsHints: hints.find(storageKey) !== undefined, repairs };
  if (local.kind !== 'record') return { ...common, state: local.kind, fingerprint: '', clock: [], versions: [] };
  const { clock, versions } = decodeChecked(local.checked);
  const section = clockSection(recordOf(local.checked));
  return {
    ...common,
    state: versions.every(({ deleted }) => deleted) ? 'deleted' : 'record',
    fingerprint: Buffer.from(md5(section).subarray(0, FINGERPRINT_BYTES)).toString('hex'),
    clock: clock.map(shownDot),
    versions: versions.map(({ dot, timestamp, deleted, contentType, value, field, expiresAt }) => ({
      dot: shownDot(dot),
      timestamp,
      deleted,
      contentType: contentType === '' ? 'application/octet-stream' : contentType,
      sizeBytes: value.length,
      field: Buffer.from(field).toString(),
      expiresAt: expiresAt ?? null,
    })),
  };
}

function shownDot({ actor, counter }: { readonly actor: number; readonly counter: number }): string {
  return `${actor.toString(16)}.${counter}`;
}
