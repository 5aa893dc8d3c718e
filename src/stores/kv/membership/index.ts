export { Membership } from './membership.ts';
export { decisionOf } from './orders.ts';
export { refusedByOutsider } from './outsider.ts';
export { checkOwnName } from './own-name.ts';
export { checkPlacement } from './safe-placement.ts';
export { membershipService } from './service.ts';
