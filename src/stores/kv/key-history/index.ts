export { KeyHistory } from './key-history.ts';
