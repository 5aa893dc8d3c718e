/**
 * A process with an engine, for tests that kill it or let its disk run full. It writes numbered keys, several at a time, and says
 * on its standard output, one JSON value per line, what was acknowledged, and how it ended if it did.
 *
 * Arguments: the directory, the size of values, how many writes at a time, the first number, and the
 * size of the engine's generations.
 */
import { QuorateError } from '../errors/index.ts';
import { openLmdbEngine } from './index.ts';

const [directory = '', valueBytes = '', window = '', first = '0', generationBytes = ''] = process.argv.slice(2);

function report(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function keyOf(index: number): Uint8Array {
  return new TextEncoder().encode(`key ${index}`);
}

try {
  const engine = await openLmdbEngine({
    directory,
    ...(generationBytes === '' ? {} : { generationBytes: Number(generationBytes) }),
  });
  let next = Number(first);
  let lastAcknowledged = 0;
  const writeOne = (): void => {
    const index = next++;
    const value = new Uint8Array(Number(valueBytes)).fill(index % 251);
    engine.write(
      [
        { key: keyOf(index), value },
        { key: Uint8Array.of(1), value: keyOf(index) },
      ],
      (error) => {
        if (error === undefined) {
          lastAcknowledged = index;
          report(index);
          writeOne();
        } else if (error instanceof QuorateError) {
          report({
            index,
            ...error.describe(),
            lastIsReadable: engine.get(keyOf(lastAcknowledged))?.length === Number(valueBytes),
          });
          if (error.code !== 'engine-failed')
            engine.write([], (refusal) => report({ index: -1, code: refusal instanceof QuorateError && refusal.code }));
        }
      },
    );
  };
  for (let count = 0; count < Number(window); count++) writeOne();
} catch (error) {
  report(error instanceof QuorateError ? { index: -2, ...error.describe() } : { index: -2, message: String(error) });
}
