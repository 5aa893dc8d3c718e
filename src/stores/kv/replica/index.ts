export { ActorIdentity } from './actor-identity.ts';
export { isIntact, recordOf, withChecksum } from './checked-record.ts';
export { ReplicaServer } from './replica-server.ts';
export { ReplicaStore } from './replica-store.ts';
