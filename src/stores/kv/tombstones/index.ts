export { TombstoneService } from './tombstone-service.ts';
