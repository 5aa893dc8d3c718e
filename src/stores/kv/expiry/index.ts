/** Values for a while, as requests see them. What ends their life on the disk is in `expiry-sweep`. */
export { forItsWhile } from './put.ts';
export { withoutExpiredValues } from './reading.ts';
