export { openMysqlEngine } from './mysql.ts';
