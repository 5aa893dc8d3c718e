export { addRingChange } from './commands.ts';
