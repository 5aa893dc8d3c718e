/**
 * A guest list with a bug that shows up about once in a thousand simulated minutes: found by a seed, replayed, corrected.
 * docs/simulation.md tells it step by step. Finding it may take half a minute; with twelve guests it is found at once.
 */
import type { Found, Kv } from 'quorate';
import { type Experiment, explore, type ServiceWorld, SimulationFailed, simulate } from 'quorate/simulation';

interface GuestList {
  accept(party: string, guest: string): Promise<void>;
  decline(party: string, guest: string): Promise<void>;
  guests(party: string): Promise<readonly string[]>;
}

/** One document per party. Concurrent changes leave siblings, which the next reader merges: whoever is in one of them is a guest. */
class FirstGuestList implements GuestList {
  readonly #parties;

  constructor(kv: Kv) {
    this.#parties = kv.bucket('parties');
  }

  async accept(party: string, guest: string): Promise<void> {
    const found = await this.#parties.get(party);
    const guests = [...merged(found), guest];
    await this.#parties.put(party, guests, { context: found.context });
  }

  async decline(party: string, guest: string): Promise<void> {
    const found = await this.#parties.get(party);
    const guests = [...merged(found)].filter((other) => other !== guest);
    await this.#parties.put(party, guests, { context: found.context });
  }

  async guests(party: string): Promise<readonly string[]> {
    return [...merged(await this.#parties.get(party))].sort();
  }
}

function merged(found: Found): Set<string> {
  return new Set(found.values.flatMap((value) => value.json<string[]>()));
}

/** The last answer of each guest, and how many there were before it: of two siblings, the later answer counts. */
type Answers = Readonly<Record<string, { readonly count: number; readonly coming: boolean }>>;

/** Corrected: a guest who declines stays in the document, as one who declined. */
class CorrectedGuestList implements GuestList {
  readonly #parties;

  constructor(kv: Kv) {
    this.#parties = kv.bucket('parties');
  }

  accept(party: string, guest: string): Promise<void> {
    return this.#answer(party, guest, true);
  }

  decline(party: string, guest: string): Promise<void> {
    return this.#answer(party, guest, false);
  }

  async guests(party: string): Promise<readonly string[]> {
    const answers = latest(await this.#parties.get(party));
    return Object.keys(answers)
      .filter((guest) => answers[guest]?.coming === true)
      .sort();
  }

  async #answer(party: string, guest: string, coming: boolean): Promise<void> {
    const found = await this.#parties.get(party);
    const before = latest(found);
    const answer = { count: (before[guest]?.count ?? 0) + 1, coming };
    await this.#parties.put(party, { ...before, [guest]: answer }, { context: found.context });
  }
}

function latest(found: Found): Answers {
  const answers: Record<string, { count: number; coming: boolean }> = {};
  for (const sibling of found.values) {
    for (const [guest, answer] of Object.entries(sibling.json<Answers>())) {
      if (answer.count > (answers[guest]?.count ?? 0)) answers[guest] = answer;
    }
  }
  return answers;
}

/** Two instances of the service. Each guest accepts; every other one thinks better of it, and declines. */
function partyWith(makeGuestList: (kv: Kv) => GuestList, guestCount: number) {
  const start = ({ kv }: ServiceWorld): GuestList => makeGuestList(kv);
  return {
    services: { front1: start, front2: start },
    faults: ['crash', 'pause', 'partition'],
    durationMs: 60_000,
    async scenario({ services: { front1, front2 }, operations, check }) {
      /** What each guest was last told; `undefined` when the answer never came. */
      const told = new Map<string, boolean | undefined>();
      await operations(guestCount, async ({ index, random }) => {
        const guest = `guest ${index}`;
        told.set(guest, undefined);
        await random.pick([front1, front2]).accept('party', guest);
        told.set(guest, true);
        if (index % 2 === 0) return;
        told.set(guest, undefined);
        await random.pick([front1, front2]).decline('party', guest);
        told.set(guest, false);
      });
      const guests = await front1.guests('party');
      for (const [guest, coming] of told) {
        if (coming === true) check(guests.includes(guest), 'a guest who accepted is not on the list', guest);
        if (coming === false) check(!guests.includes(guest), 'a guest who declined is on the list', guest);
      }
    },
  } satisfies Experiment<{ front1: typeof start; front2: typeof start }>;
}

const GUESTS = 3;
const first = partyWith((kv) => new FirstGuestList(kv), GUESTS);
const corrected = partyWith((kv) => new CorrectedGuestList(kv), GUESTS);

try {
  await explore(first, { runs: 10_000 });
} catch (error) {
  if (!(error instanceof SimulationFailed)) throw error;
  console.log(`${error.message}\n`);
  // What a failing test keeps: the plan is JSON, and gives the same run whenever it is run.
  const again = await simulate(error.plan, first).catch((same: unknown) => same);
  console.log(`the same plan again: ${again instanceof SimulationFailed ? again.rule : 'no failure'}`);
  await simulate(error.plan, corrected);
  console.log('the same plan with the corrected list: no failure');
}

const { runs } = await explore(corrected, { runs: 100 });
console.log(`corrected: ${runs} runs without a failure`);
