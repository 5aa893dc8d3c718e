/** Sessions of a web service: the latest write wins, and a request has only so long. Errors are told apart by their code. */
import { open, QuorateError } from 'quorate';

const quorate = await open({ buckets: { sessions: { conflict: 'latest' } } });
const sessions = quorate.kv.bucket('sessions');

await sessions.put('s-1', { user: 'alice', page: 1 });
await sessions.put('s-1', { user: 'alice', page: 2 }, { timeoutMs: 200 });
const found = await sessions.get('s-1');
console.log(`session: ${found.value?.text()}`);

await sessions.delete('s-1');
console.log(`after logging out: ${(await sessions.get('s-1')).value ?? 'no session'}`);

try {
  await sessions.put('s-2', 'x'.repeat(2_000_000));
} catch (error) {
  if (!(error instanceof QuorateError)) throw error;
  console.log(`refused: ${error.code}, ${error.outcome}. ${error.next}`);
}
await quorate.close();
