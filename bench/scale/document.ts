/** The figures as the page of the documentation. */
import type { CalculatedRepair } from './calculated-repair.ts';
import type { Scale, Spread } from './measure.ts';
import { type Repair, VALUE_BYTES } from './repair.ts';

export interface Figures {
  readonly scales: readonly Scale[];
  readonly repairs: readonly Repair[];
  readonly calculated: readonly CalculatedRepair[];
}

export function documentOf({ scales, repairs, calculated }: Figures, machine: string, runs: number): string {
  const row = (what: string, cell: (scale: Scale) => string): string => `| ${what} | ${scales.map(cell).join(' | ')} |`;
  return `# How membership and repair scale

## Membership

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

${repairText(repairs)}
${calculatedText(calculated)}`;
}

function repairText(repairs: readonly Repair[]): string {
  const [first] = repairs;
  const row = (what: string, cell: (repair: Repair) => string): string => `| ${what} | ${repairs.map(cell).join(' | ')} |`;
  const perRecord = ({ bytes, lostRecords }: Repair): number => bytes.transfer / lostRecords;
  return `## Repair after the loss of a node

**Simulated**: whole nodes with the code of production, in virtual time, from seed 1: network 0.1 to 1 ms, disks 0.2 to 0.6 ms per sync, processors take no time. ${number(first?.keys ?? 0)} keys
of ${VALUE_BYTES} bytes, N=3, 256 partitions. One node loses its power for good; a minute later an administrator removes it, and
what it had is rebuilt from the replicas that are left, by all nodes at once. No client writes meanwhile. Bytes count frames between nodes with their headers.

| nodes | ${repairs.map(({ nodes }) => number(nodes)).join(' | ')} |
|---|${repairs.map(() => '---:').join('|')}|
${[
  row('partitions of which the node had a replica', ({ lostPartitions }) => number(lostPartitions)),
  row('records that it had', ({ lostRecords }) => number(lostRecords)),
  row('from the decision until all have N replicas again, s', ({ seconds }) => seconds.toFixed(1)),
  row('transferred, bytes', ({ bytes }) => number(bytes.transfer)),
  row('transferred, messages', ({ messages }) => number(messages.transfer)),
  row('transferred per record that was lost, bytes', (repair) => perRecord(repair).toFixed(0)),
  row('received by the node that got most, bytes', ({ mostBytesReceived }) => number(mostBytesReceived)),
  row('acknowledgements and all else meanwhile, bytes', ({ bytes }) => number(bytes.other)),
  row('anti-entropy meanwhile, bytes', ({ bytes }) => number(bytes['anti-entropy'])),
  ...(['anti-entropy', 'membership'] as const).map((purpose) =>
    row(`before the loss, ${purpose}, bytes per node and second`, ({ calmBytes }) => calmBytes[purpose].toFixed(0)),
  ),
].join('\n')}

Every replica that is left sends what it has of a partition, since no one of them is known to have every write: with N=3 a record travels
up to twice. The rows before the loss are those of a cluster in which nothing happens: equal replicas tell each other the roots of their trees.
`;
}

function calculatedText(calculated: readonly CalculatedRepair[]): string {
  const rows = calculated.map(
    ({ nodes, partitions, lost, others, receivers, mostGained }) =>
      `| ${[nodes, partitions, lost, others, receivers, mostGained].map(number).join(' | ')} |`,
  );
  return `**Calculated**, not simulated: what the removal of a node moves by the ring itself (the plan that \`quorate cluster plan remove\` shows), for
clusters larger than whole nodes can be simulated. A replica of a partition is the cluster's data, times N, divided by N times the partitions; each that
is lost is sent up to twice, as above. Thus with 1,024 partitions and 1 TiB of data in all, a partition has 1 GiB, and a node of 1,000 loses three.

| nodes | partitions | replicas lost | replicas moved for balance | nodes that get some | most for one node |
|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}
`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function spreadText({ median, most }: Spread): string {
  return `${median.toFixed(1)} (${most.toFixed(1)})`;
}
