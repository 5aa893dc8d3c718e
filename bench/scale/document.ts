/** The figures as the page of the documentation. */
import type { Scale, Spread } from './measure.ts';

export function documentOf(scales: readonly Scale[], machine: string, runs: number): string {
  const row = (what: string, cell: (scale: Scale) => string): string => `| ${what} | ${scales.map(cell).join(' | ')} |`;
  return `# How membership scales

Made by \`npm run scale\`: the state machines of gossip and failure detection that nodes run (\`src/protocols/gossip\`,
\`src/protocols/failure-detection\`), each message through its bytes and 1 to 20 ms under way, in virtual time. ${runs} runs of each size, from
seeds 1 to ${runs}: median, and the most in parentheses. Bytes count the frames with their headers of 12 bytes, without those of TCP and IP.
Links are there already: what dialling costs in a large cluster is not in it.

| nodes | ${scales.map(({ nodes }) => nodes.toLocaleString('en')).join(' | ')} |
|---|${scales.map(() => '---:').join('|')}|
${[
  row('a join is known everywhere, s (a round is 1 s)', ({ joinSeconds }) => spreadText(joinSeconds)),
  row('a crashed node is suspected by the first, s', ({ suspectedSeconds }) => spreadText(suspectedSeconds)),
  row('a crashed node is held dead by all, s', ({ deadSeconds }) => spreadText(deadSeconds)),
  row('gossip, bytes per node and second', ({ gossipBytesPerSecond }) => gossipBytesPerSecond.toFixed(0)),
  row('probes, bytes per node and second', ({ probeBytesPerSecond }) => probeBytesPerSecond.toFixed(0)),
  row('messages per node and second', ({ messagesPerSecond }) => messagesPerSecond.toFixed(1)),
  row('both, bytes per node and second, in the 10 s after a join', ({ bytesPerSecondAfterJoin }) =>
    bytesPerSecondAfterJoin.toFixed(0),
  ),
  row('history on disk, bytes', ({ historyBytes }) => historyBytes.toLocaleString('en')),
  row('computing the ring of 256 partitions at the start, ms', ({ ringMs }) => ringMs.toFixed(0)),
  row('computing it after one more join, ms', ({ nextRingMs }) => nextRingMs.toFixed(0)),
].join('\n')}

The last two rows are by the clock of the machine (${machine}); all others are in virtual time and the same everywhere. A ring is computed
by each node when the history changes; while it is computed the node answers nothing.
`;
}

function spreadText({ median, most }: Spread): string {
  return `${median.toFixed(1)} (${most.toFixed(1)})`;
}
