export { everyN } from './partition-records.ts';
export { TransferService } from './transfer-service.ts';
