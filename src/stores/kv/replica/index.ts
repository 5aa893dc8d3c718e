export { ActorIdentity } from './actor-identity.ts';
export { CHECKSUM_BYTES, decodeChecked, encodeChecked, isIntact, recordOf, withChecksum } from './checked-record.ts';
export { Eras } from './eras.ts';
export type { IncomingRecord } from './incoming-record.ts';
export { bringsNothing } from './merged-record.ts';
export { doesCount, isTooOldAndTold, refuseTooOld, tellEra } from './refuse-too-old.ts';
export { ReplicaServer } from './replica-server.ts';
export { ReplicaStore } from './replica-store.ts';
