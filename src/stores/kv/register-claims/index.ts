export { RegisterClaims } from './claims.ts';
