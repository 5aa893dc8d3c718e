/** Background work goes as fast as the foreground's tail allows. */
export {
  type AdmissionOptions,
  type AdmissionState,
  CONTROL_INTERVAL_MS,
  creditAfterMs,
  onAsked,
  onControl,
  onForeground,
  onSlices,
  onTakenUpAgain,
  type Signal,
  startAdmission,
} from './admission.ts';
export {
  enqueue,
  type FairQueue,
  hasNext,
  kindOf,
  setPaused,
  startQueue,
  takeNext,
  type Waiting,
  withdraw,
} from './fair-queue.ts';
export { countsOf, type LatencyWindow, moveOn, observeLatency, quantileMs, startWindow } from './latency-window.ts';
export { adjustRate, type Evidence, type RateLimits, type RateState, startRate } from './rate.ts';
