import { describe, expect, test } from 'vitest';
import { check, type Model } from '../model-checker/index.ts';
import { breadthFirst } from './breadth-first-for-tests.ts';
import { chainModel } from './chain.ts';
import { acknowledgesAtTheHead, goesOnWhenSealed, readsFromTheMiddle } from './chain-mutants-for-tests.ts';
import { handoffModel } from './hinted-handoff.ts';
import {
  dropsWhenTheTargetLeaves,
  retiresBeforeTheTargetHasIt,
  retiresByAnOlderOffer,
  standsInForStrictRequests,
  storesBeforePersisting,
} from './hinted-handoff-mutants-for-tests.ts';
import { paxosModel } from './paxos.ts';
import { forgetsPromise, forgetsVote, ignoresVotes } from './paxos-mutants-for-tests.ts';
import { reEntryModel } from './re-entry.ts';
import { goesOnWhereItLeft } from './re-entry-mutants-for-tests.ts';
import { rebuildModel } from './rebuild.ts';
import { countsWhateverIsSaid, givesWhatWasSent, letsGoWhileTaking, takesAfterTheFirst } from './rebuild-mutants-for-tests.ts';
import { registerModel } from './register.ts';
import { quorumBelowMajority, withoutWriteBack } from './register-mutants-for-tests.ts';
import { forgetsPromises, ignoresHints, takesWhateverComes } from './tombstone-mutants-for-tests.ts';
import { MEMBERS, SECOND } from './tombstone-nodes.ts';
import { tombstoneModel } from './tombstones.ts';
import { transferModel } from './transfer.ts';
import {
  acknowledgesWhatIsRefused,
  acknowledgesWhileHanding,
  announcesAtTheBeginning,
  keepsWritesToItself,
  takesSentForStored,
} from './transfer-mutants-for-tests.ts';
import { transactionModel } from './two-phase-commit.ts';
import { commitsAtTheFirstVote, speaksBeforePersisting } from './two-phase-commit-mutants-for-tests.ts';

interface Mutant {
  readonly name: string;
  readonly property: string;
  readonly mutant: Model<unknown, unknown>;
  readonly correct: Model<unknown, unknown>;
}

function mutant<Options>(
  name: string,
  property: string,
  model: (options: Options) => Model<unknown, unknown>,
  options: NoInfer<Options>,
  change: NoInfer<Partial<Options>>,
): Mutant {
  return { name, property, mutant: model({ ...options, ...change }), correct: model(options) };
}

/** One writer, and one reader that reads at two servers. */
const readTwice = {
  servers: 3,
  clients: 2,
  scripts: [
    [{ kind: 'write', at: 0 }],
    [
      { kind: 'read', at: 1 },
      { kind: 'read', at: 2 },
    ],
  ],
} as const;
const threeMembers = {
  servers: 3,
  members: [0, 1, 2],
  scripts: [
    [
      { kind: 'append', at: 0 },
      { kind: 'read', at: 2 },
    ],
  ],
} as const;
const writeTwice = {
  servers: 3,
  clients: 2,
  textbook: true,
  slowDisk: false,
  scripts: [[{ kind: 'write', at: 0 }], [{ kind: 'write', at: 1 }]],
} as const;
const held = 'what was acknowledged is held, or at a home';
const readable = 'what was acknowledged can be read and is durable';
const complete = 'a rebuilt seat answers only once it is complete';
/** The ring is changed and changed back. */
const wavering = { holders: 1, decisions: 3 } as const;
const dead = 'nothing deleted returns';
const unrefused = 'nothing is left that the others refuse';
const consistent = 'nobody commits what another aborts';

const mutants: readonly Mutant[] = [
  mutant('ABD without the write-back of a read', 'linearizable', registerModel, readTwice, { change: withoutWriteBack }),
  mutant('ABD with a quorum below a majority', 'linearizable', registerModel, readTwice, { change: quorumBelowMajority }),
  mutant('Paxos that ignores an accepted value', 'agreement', paxosModel, writeTwice, { change: ignoresVotes }),
  mutant(
    'Paxos that forgets a promise at a crash',
    'agreement',
    paxosModel,
    { ...writeTwice, crashes: 1 },
    { change: forgetsPromise },
  ),
  mutant('Paxos that forgets a vote at a crash', 'agreement', paxosModel, { ...writeTwice, crashes: 1 }, { change: forgetsVote }),
  mutant(
    'chain that reads from the middle',
    'linearizable',
    chainModel,
    {
      ...threeMembers,
      plan: [],
      scripts: [
        [{ kind: 'append', at: 0 }],
        [
          { kind: 'read', at: 1 },
          { kind: 'read', at: 2 },
        ],
      ],
    },
    { change: readsFromTheMiddle },
  ),
  mutant(
    'chain whose old tail goes on when sealed',
    'one tail serves',
    chainModel,
    { ...threeMembers, plan: [{ members: [0, 1] }] },
    { change: goesOnWhenSealed },
  ),
  mutant(
    'chain that acknowledges at the head',
    'acknowledged writes survive',
    chainModel,
    { ...threeMembers, plan: [{ members: [1, 2] }] },
    { change: acknowledgesAtTheHead },
  ),
  mutant(
    'handoff that retires a hint before its target has it',
    held,
    handoffModel,
    { writes: 1 },
    {
      changeHolder: retiresBeforeTheTargetHasIt,
    },
  ),
  mutant(
    'handoff whose target acknowledges before it is durable',
    held,
    handoffModel,
    { writes: 1, crashes: 1 },
    {
      changeHome: storesBeforePersisting,
    },
  ),
  mutant(
    'handoff that retires a hint by an older offer',
    held,
    handoffModel,
    { writes: 2 },
    {
      changeHolder: retiresByAnOlderOffer,
    },
  ),
  mutant(
    'handoff that drops a hint when its target leaves',
    held,
    handoffModel,
    { writes: 1, replaced: true },
    {
      changeHolder: dropsWhenTheTargetLeaves,
    },
  ),
  mutant(
    'handoff whose stand-in answers a strict request',
    'a strict write is at a home',
    handoffModel,
    { writes: 1, strict: true },
    {
      slots: standsInForStrictRequests,
    },
  ),
  mutant('transfer that keeps writes to itself', readable, transferModel, { writes: 1 }, { rules: keepsWritesToItself }),
  mutant(
    'transfer that acknowledges while handing over',
    readable,
    transferModel,
    { writes: 1 },
    { rules: acknowledgesWhileHanding },
  ),
  mutant('transfer that takes sent for stored', readable, transferModel, { writes: 1 }, { rules: takesSentForStored }),
  mutant(
    'transfer that acknowledges what the new holder refuses for ever',
    readable,
    transferModel,
    { writes: 1, erasGoOn: true },
    { rules: acknowledgesWhatIsRefused },
  ),
  mutant(
    'transfer that announces the new holder at once',
    readable,
    transferModel,
    { writes: 1 },
    { changeOld: announcesAtTheBeginning },
  ),
  mutant(
    'transfer whose old holder answers from what it dropped',
    readable,
    transferModel,
    { writes: 1 },
    { answersItself: true },
  ),
  mutant('rebuild that takes the seat after the first holder', complete, rebuildModel, {}, { rules: takesAfterTheFirst }),
  mutant('rebuild from what was only sent', complete, rebuildModel, {}, { rules: givesWhatWasSent }),
  mutant('rebuild that counts what has gone since', complete, rebuildModel, wavering, { rules: countsWhateverIsSaid }),
  mutant('rebuild that lets go while it takes', complete, rebuildModel, wavering, { rules: letsGoWhileTaking }),
  mutant('tombstones whose collector ignores hints', dead, tombstoneModel, { late: ['hint'] }, { rules: ignoresHints }),
  mutant(
    'tombstones whose collector asks the homes only',
    dead,
    tombstoneModel,
    { late: ['hint'] },
    { asked: MEMBERS.slice(0, 2) },
  ),
  mutant('tombstones whose members promise nothing', dead, tombstoneModel, { late: ['hint'] }, { changeNode: forgetsPromises }),
  mutant(
    'tombstones whose collector does not ask a home',
    dead,
    tombstoneModel,
    { late: ['repair'] },
    { asked: MEMBERS.filter((member) => member !== SECOND) },
  ),
  mutant('tombstones whose homes take whatever comes', dead, tombstoneModel, { late: ['repair'] }, { rules: takesWhateverComes }),
  mutant(
    're-entry of a member that goes on where it left',
    unrefused,
    reEntryModel,
    { events: ['given', 'client'], lastEra: 3 },
    { rules: goesOnWhereItLeft },
  ),
  mutant(
    'two-phase commit whose resource manager votes before persisting',
    consistent,
    transactionModel,
    { resources: 2, crashes: 1 },
    { changeResource: speaksBeforePersisting },
  ),
  mutant(
    'two-phase commit whose manager speaks before persisting',
    consistent,
    transactionModel,
    { resources: 2, crashes: 1 },
    { changeManager: speaksBeforePersisting },
  ),
  mutant(
    'two-phase commit that commits at the first vote',
    consistent,
    transactionModel,
    { resources: 2 },
    { changeManager: commitsAtTheFirstVote },
  ),
];

describe.each(mutants)('$name', ({ name, property, mutant: wrong, correct }) => {
  const trace = violation(wrong, 'breadth-first');

  test('is caught, by the shortest trace', async () => {
    expect(trace.property).toBe(property);
    expect(breadthFirst(wrong).violated?.trace).toHaveLength(trace.steps.length);
    const file = `${name.toLowerCase().replaceAll(' ', '-')}.txt`;
    await expect(`${name}\nviolates: ${property}\n\n${trace.steps.join('\n')}\n`).toMatchFileSnapshot(`mutant-traces/${file}`);
  });

  test('is caught depth first too', () => {
    expect(violation(wrong, 'depth-first').property).toBe(property);
  });

  test('and the rule as it is holds in the same configuration, at least as deep', () => {
    expect(trace.steps.length).toBeGreaterThan(0);
    expect(check(correct, { depthMaximum: trace.steps.length }).verdict).not.toBe('violated');
  });
});

/** The property that a search says is violated, with its run in words. */
function violation(model: Model<unknown, unknown>, order: 'breadth-first' | 'depth-first') {
  const finding = check(model, { order }).findings.find(({ verdict }) => verdict === 'violated');
  const steps = finding?.verdict === 'violated' ? finding.run.steps.map(({ action }) => model.describeAction(action)) : [];
  return { property: finding?.property, steps };
}
