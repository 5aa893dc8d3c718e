export { BackupService } from './backup-service.ts';
export { type BackupEntry, decodeEntries, encodeEntries } from './entries.ts';
