export { encodeHintWrite, HINT_KIND } from './hint-frames.ts';
export { HintService } from './hint-service.ts';
export { HintStore } from './hint-store.ts';
