export { lockModel } from './lock.ts';
export { logModel } from './log.ts';
export { queueModel } from './queue.ts';
export { mapModel, registerModel } from './register.ts';
