/** What a read found goes to a replica that was behind (the Dynamo paper, section 5). */
import { encodeReplicaWrite, KIND } from '../messages/index.ts';
import { withChecksum } from '../replica/index.ts';
import type { BucketSettings } from '../settings.ts';
import type { CoordinatorParts } from './parts.ts';
import type { ReadAge } from './read-age.ts';
import type { Target } from './topology.ts';

export interface ReadRepair {
  readonly storageKey: Uint8Array;
  readonly settings: BucketSettings;
  readonly age: ReadAge;
  readonly record: Uint8Array;
}

/** Tells nobody how it ends. */
export function repairReplica(parts: CoordinatorParts, { name, peer }: Target, repair: ReadRepair): void {
  const { storageKey, settings, age, record } = repair;
  const { observer, meters, world, replica } = parts;
  if (peer === undefined && age.isTooOldHere()) return;
  observer.readRepair();
  meters.repairs.note(Math.floor(world.clock.wallTime()), storageKey, name);
  const checkedRecord = withChecksum(storageKey, record);
  const { conflict: policy, durability } = settings;
  if (peer === undefined) replica.merge(storageKey, checkedRecord, policy, ignoreDurability);
  else {
    const write = { durability, policy, readIn: age.readIn, storageKey, checkedRecord };
    peer.send(KIND.replicaWrite, (writer) => encodeReplicaWrite(writer, write));
  }
}

/** A repair is a courtesy: if it does not become durable, the next read finds the same need. The store logs failures itself. */
function ignoreDurability(): void {}
