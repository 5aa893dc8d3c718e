export { Membership } from './membership.ts';
export { decisionOf } from './orders.ts';
export { refusedByOutsider } from './outsider.ts';
export { checkOwnName } from './own-name.ts';
export { membershipService } from './service.ts';
