export { Background } from './background.ts';
export { backgroundService } from './background-service.ts';
export type { BackgroundStatus } from './background-status.ts';
export { foregroundObserver } from './foreground-observer.ts';
export type { BackgroundKind } from './kinds.ts';
