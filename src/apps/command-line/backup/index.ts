export { addBackup, addRestore } from './commands.ts';
