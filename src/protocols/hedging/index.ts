export {
  type HedgeBudget,
  hedgeDelayMs,
  isSilent,
  MOST_DELAY_MS,
  MOST_TOKENS,
  mayHedge,
  onRead,
  SHARE,
  startBudget,
} from './hedging.ts';
export { type Latency, onAnswer, onHeard, startLatency } from './latency.ts';
