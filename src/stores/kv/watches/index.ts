export { Watches } from './watches.ts';
