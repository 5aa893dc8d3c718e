/**
 * What the services of a node tell of themselves, as Prometheus reads it: each metric from the answer of one topic. Names as Prometheus advises
 * (https://prometheus.io/docs/practices/naming/): base units, `_total` for what only grows, `_ratio` for shares.
 *
 * A topic or a field that a node does not have gives no sample, rather than a zero that would look like one.
 */
import type { Json } from '../../stores/kv/index.ts';
import { heading, type Labels, sample } from './text-format.ts';

/** What is asked at each scrape. */
export const TOPICS = ['staleness', 'losses', 'hints', 'anti-entropy', 'tombstones', 'background', 'cluster', 'members'] as const;
type Topic = (typeof TOPICS)[number];

export type TopicAnswers = Readonly<Partial<Record<Topic, Json>>>;

type Fields = Readonly<Record<string, unknown>>;
type Samples = readonly (readonly [Labels, unknown])[];

interface Family {
  readonly topic: Topic;
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: (answer: Json) => Samples;
}

const MS_PER_SECOND = 1_000;

function counter(topic: Topic, name: string, help: string, samples: Family['samples']): Family {
  return { topic, name, help, type: 'counter', samples };
}

function gauge(topic: Topic, name: string, help: string, samples: Family['samples']): Family {
  return { topic, name, help, type: 'gauge', samples };
}

const FAMILIES: readonly Family[] = [
  gauge(
    'staleness',
    'quorate_kv_stale_reads_ratio',
    'Share of reads with that R that would have missed the newest state.',
    (rows) => fieldsOfAll(rows).map((row) => [labels(row, 'n', 'r', 'w'), row['staleShare']]),
  ),
  counter('staleness', 'quorate_kv_staleness_surveys_total', 'Reads of all replicas that staleness is reckoned from.', (rows) =>
    firstPerQuorum(rows).map((row) => [labels(row, 'n', 'w'), row['surveys']]),
  ),
  gauge(
    'staleness',
    'quorate_kv_missed_write_age_median_seconds',
    'How long a missed state had been written: median of the last.',
    (rows) => firstPerQuorum(rows).map((row) => [labels(row, 'n', 'w'), seconds(row['medianAgeMs'])]),
  ),
  gauge(
    'staleness',
    'quorate_kv_missed_write_age_max_seconds',
    'How long a missed state had been written: greatest of the last.',
    (rows) => firstPerQuorum(rows).map((row) => [labels(row, 'n', 'w'), seconds(row['greatestAgeMs'])]),
  ),
  counter(
    'losses',
    'quorate_kv_latest_dropped_writes_total',
    'Writes that the policy latest dropped though nobody had seen them.',
    (losses) => [[{}, fieldsOf(losses)['dropped']]],
  ),
  gauge('hints', 'quorate_kv_hints', 'Hints held for a node that was down, by target; counted up to a thousand.', (hints) =>
    fieldsOfAll(fieldsOf(hints)['targets']).map((target) => [labels(target, 'target'), target['hints']]),
  ),
  counter('hints', 'quorate_kv_hints_delivered_total', 'Hints that their targets have taken durably.', (hints) => [
    [{}, fieldsOf(hints)['delivered']],
  ]),
  ...antiEntropy(
    'rounds',
    'quorate_kv_anti_entropy_rounds_total',
    'Comparisons of roots with another replica that were answered.',
  ),
  ...antiEntropy('differences', 'quorate_kv_anti_entropy_differences_total', 'Trees of those that differed.'),
  counter('anti-entropy', 'quorate_kv_anti_entropy_exchanges_total', 'Exchanges of differing trees, by outcome.', (counts) => [
    [{ outcome: 'done' }, fieldsOf(counts)['exchanges']],
    [{ outcome: 'failed' }, fieldsOf(counts)['failures']],
  ]),
  counter('anti-entropy', 'quorate_kv_anti_entropy_records_total', 'Records that anti-entropy moved.', (counts) => [
    [{ direction: 'received' }, fieldsOf(counts)['received']],
    [{ direction: 'sent' }, fieldsOf(counts)['sent']],
  ]),
  counter('anti-entropy', 'quorate_kv_anti_entropy_bytes_total', 'Bytes of those records.', (counts) => [
    [{ direction: 'received' }, fieldsOf(counts)['receivedBytes']],
    [{ direction: 'sent' }, fieldsOf(counts)['sentBytes']],
  ]),
  ...antiEntropy('leavesChecked', 'quorate_kv_scrub_leaves_total', 'Leaves of trees that were counted anew from the records.'),
  ...antiEntropy('leavesCorrected', 'quorate_kv_scrub_corrected_leaves_total', 'Leaves of those that were found wrong.'),
  ...antiEntropy('scrubs', 'quorate_kv_scrubs_total', 'Times that all records were read to check the trees.'),
  gauge('anti-entropy', 'quorate_kv_scrub_progress_ratio', 'How much of the present pass over all records is done.', (counts) => [
    [{}, fieldsOf(counts)['scrubbed']],
  ]),
  gauge('anti-entropy', 'quorate_kv_trees_counting', '1 while the trees are counted for the first time.', (counts) => [
    [{}, flag(fieldsOf(counts)['counting'])],
  ]),
  gauge('tombstones', 'quorate_kv_tombstones', 'Deletions that this node remembers; counted up to ten thousand.', (told) => [
    [{}, fieldsOf(told)['tombstones']],
  ]),
  gauge('tombstones', 'quorate_kv_tombstones_under_way', 'Tombstones that this node is collecting now.', (told) => [
    [{}, fieldsOf(told)['underWay']],
  ]),
  counter(
    'tombstones',
    'quorate_kv_tombstones_collected_total',
    'Tombstones that this node has had dropped everywhere.',
    (told) => [[{}, fieldsOf(told)['collected']]],
  ),
  gauge('tombstones', 'quorate_kv_era', 'The era that this node is in.', (told) => [[{}, fieldsOf(told)['era']]]),
  gauge('tombstones', 'quorate_kv_tombstones_held_up', '1 for each member for which the collection waits.', (told) =>
    membersHoldingUp(told),
  ),
  gauge(
    'tombstones',
    'quorate_kv_missed_eras',
    '1 if the disk of this node is from before deletions that are forgotten.',
    (told) => [[{}, flag(fieldsOf(told)['hasMissedEras'])]],
  ),
  gauge(
    'background',
    'quorate_background_rate_bytes_per_second',
    'What background work may move, by feedback from requests.',
    (status) => [[{}, fieldsOf(status)['bytesPerSecond']]],
  ),
  gauge('background', 'quorate_background_held_back', '1 while requests are slower than the target.', (status) => [
    [{}, flag(fieldsOf(status)['heldBackBy'] === 'foreground')],
  ]),
  gauge('background', 'quorate_background_target_seconds', 'The 99.9th percentile that requests are to have.', (status) => [
    [{}, seconds(fieldsOf(status)['targetMs'])],
  ]),
  gauge(
    'background',
    'quorate_background_p999_seconds',
    'The 99.9th percentile of the last seconds with background work.',
    (status) => [
      [{ of: 'request' }, seconds(fieldsOf(status)['requestP999Ms'])],
      [{ of: 'storage' }, seconds(fieldsOf(status)['storageP999Ms'])],
    ],
  ),
  counter('background', 'quorate_background_slices_total', 'Slices of background work, by kind.', (status) =>
    perKind(status, 'slices'),
  ),
  counter('background', 'quorate_background_bytes_total', 'Bytes of background work, by kind.', (status) =>
    perKind(status, 'bytes'),
  ),
  gauge('background', 'quorate_background_waiting_slices', 'Slices that wait for their turn, by kind.', (status) =>
    perKind(status, 'waiting'),
  ),
  gauge('background', 'quorate_background_waiting_bytes', 'Bytes of the slices that wait, by kind.', (status) =>
    perKind(status, 'waitingBytes'),
  ),
  gauge('background', 'quorate_background_paused', '1 while an administrator has paused that kind.', (status) =>
    perKind(status, 'paused'),
  ),
  gauge(
    'cluster',
    'quorate_transfer_seats_left',
    'Replicas of partitions that have to move yet, in the whole cluster.',
    (status) => [[{}, fieldsOf(status)['seatsLeft']]],
  ),
  gauge('cluster', 'quorate_transfer_paused', '1 while an administrator has paused transfers.', (status) => [
    [{}, flag(fieldsOf(status)['paused'])],
  ]),
  gauge('cluster', 'quorate_transfer_under_way', 'Transfers of partitions that this node is making now.', (status) => {
    const { underWay } = fieldsOf(fieldsOf(status)['here']);
    return [[{}, Array.isArray(underWay) ? underWay.length : undefined]];
  }),
  ...transferred('moved', 'quorate_transfer_seats_moved_total', 'Replicas of partitions that this node has handed over.'),
  ...transferred('keys', 'quorate_transfer_keys_total', 'Keys that this node has copied for that.'),
  ...transferred('bytes', 'quorate_transfer_bytes_total', 'Bytes that this node has copied for that.'),
  gauge('members', 'quorate_members', 'Members of the cluster by what this node holds of them.', membersByState),
  counter('members', 'quorate_membership_changes_total', 'Decisions about the membership that this node knows.', (members) => [
    [{}, fieldsOf(members)['changes']],
  ]),
];

export function storeExposition(answers: TopicAnswers): string {
  const lines: string[] = [];
  for (const { topic, name, help, type, samples } of FAMILIES) {
    const answer = answers[topic];
    if (answer === undefined) continue;
    const known = samples(answer).flatMap(([labelled, value]) =>
      typeof value === 'number' ? [sample(name, labelled, value)] : [],
    );
    if (known.length > 0) lines.push(...heading(name, help, type), ...known);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function antiEntropy(field: string, name: string, help: string): readonly Family[] {
  return [counter('anti-entropy', name, help, (counts) => [[{}, fieldsOf(counts)[field]]])];
}

function transferred(field: string, name: string, help: string): readonly Family[] {
  return [counter('cluster', name, help, (status) => [[{}, fieldsOf(fieldsOf(status)['here'])[field]]])];
}

function perKind(status: Json, field: string): Samples {
  return Object.entries(fieldsOf(fieldsOf(status)['kinds'])).map(([kind, of]) => {
    const value = fieldsOf(of)[field];
    return [{ kind }, typeof value === 'boolean' ? flag(value) : value] as const;
  });
}

function membersHoldingUp(told: Json): Samples {
  const { missing } = fieldsOf(told);
  return Array.isArray(missing) ? missing.map((member) => [{ member: String(member) }, 1]) : [];
}

function membersByState(answer: Json): Samples {
  const counts = new Map<string, number>(['alive', 'suspect', 'dead'].map((state) => [state, 0]));
  for (const { state } of fieldsOfAll(fieldsOf(answer)['members']))
    counts.set(String(state), (counts.get(String(state)) ?? 0) + 1);
  return [...counts].map(([state, count]) => [{ state }, count] as const);
}

/** Of the rows for each R of the same N and W the first: surveys and ages are those of all of them. */
function firstPerQuorum(rows: Json): readonly Fields[] {
  return fieldsOfAll(rows).filter(({ r }) => r === 1);
}

function labels(fields: Fields, ...names: readonly string[]): Labels {
  return Object.fromEntries(names.map((name) => [name, String(fields[name])]));
}

function seconds(milliseconds: unknown): unknown {
  return typeof milliseconds === 'number' ? milliseconds / MS_PER_SECOND : undefined;
}

function flag(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function fieldsOfAll(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
