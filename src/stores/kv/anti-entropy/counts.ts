/** What anti-entropy has done since the node started. */
export interface AntiEntropyCounts {
  /** Comparisons of roots with another replica that this node began and that were answered. */
  rounds: number;
  /** Trees of those that differed. */
  differences: number;
  /** Of those: exchanges that came to their end, and that did not. */
  exchanges: number;
  failures: number;
  /** Records taken from others, and sent to them. */
  received: number;
  sent: number;
  receivedBytes: number;
  sentBytes: number;
  /** Leaves that were counted anew, and those that were found wrong. */
  leavesChecked: number;
  leavesCorrected: number;
  /** Times that all leaves were checked. */
  scrubs: number;
}

export function noCounts(): AntiEntropyCounts {
  return {
    rounds: 0,
    differences: 0,
    exchanges: 0,
    failures: 0,
    received: 0,
    sent: 0,
    receivedBytes: 0,
    sentBytes: 0,
    leavesChecked: 0,
    leavesCorrected: 0,
    scrubs: 0,
  };
}
