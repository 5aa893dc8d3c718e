export { addImport, addVerify } from './commands.ts';
