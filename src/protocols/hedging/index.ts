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
export { isFresh, type Latency, onAnswer, onBack, onHeard, startLatency } from './latency.ts';
