/** Transactions on lists and registers: anomalies of isolation by their names. */
export {
  checkListAppend,
  checkRegisterTransactions,
  ISOLATION_LEVELS,
  type IsolationLevel,
  type TransactionOptions,
} from './check-transactions.ts';
