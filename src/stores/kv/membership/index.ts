export { Membership } from './membership.ts';
export { decisionOf } from './orders.ts';
export { membershipService } from './service.ts';
export { loadHistory } from './stored-history.ts';
