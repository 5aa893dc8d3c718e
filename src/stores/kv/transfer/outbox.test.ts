import { describe, expect, test } from 'vitest';
import { Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { OnFailure, OnReply, WriteBody } from '../../../runtime/transport/index.ts';
import { readTooLongAgo, storageFailed } from '../errors.ts';
import { encodeError, KIND } from '../messages/index.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { placeOf } from '../storage-key.ts';
import { type MovedRecord, readRecords } from './frames.ts';
import { Outbox } from './outbox.ts';

const RECORD_BYTES = 300;
const SLICE_BYTES = 2048;

interface Sent {
  readonly records: readonly MovedRecord[];
  readonly onReply: OnReply;
  readonly onFailure: OnFailure;
}

/** An outbox whose slices go at once when asked to, and the frames it has sent. */
class Bench {
  readonly sent: Sent[] = [];
  readonly stored: [string, number][] = [];
  refused = 0;
  readonly given: string[] = [];
  givesUp = false;
  readonly gone = new Set<string>();
  readonly #slices: { readonly cost: number; readonly task: () => void }[] = [];
  readonly costs: number[] = [];
  readonly outbox = new Outbox(
    {
      background: {
        sliceBytes: SLICE_BYTES,
        run: (_kind, cost, task) => {
          const slice = { cost, task };
          this.#slices.push(slice);
          return () => this.#slices.splice(this.#slices.indexOf(slice), 1);
        },
      },
      configuration: { defaults: DEFAULT_SETTINGS, buckets: new Map() },
      replica: {
        eras: { current: 7 },
        readOnce: (key) =>
          this.gone.has(Buffer.from(key).toString('latin1'))
            ? { kind: 'none' }
            : { kind: 'record', checked: new Uint8Array(RECORD_BYTES) },
      },
    },
    () => ({
      request: (_kind: number, write: WriteBody, onReply: OnReply, onFailure: OnFailure) => this.#send(write, onReply, onFailure),
    }),
    {
      onStoredThere: (key, number) => this.stored.push([key, number]),
      onNeverStoredThere: (key) => this.given.push(key) > 0 && this.givesUp,
      onRefused: () => this.refused++,
    },
  );

  #send(write: WriteBody, onReply: OnReply, onFailure: OnFailure): number {
    const writer = new Writer();
    write(writer);
    const body = new Reader(writer.copy());
    expect(body.u48()).toBe(7);
    this.sent.push({ records: readRecords(body), onReply, onFailure });
    return this.sent.length;
  }

  add(count: number): string[] {
    const keys = Array.from({ length: count }, (_unused, index) =>
      Buffer.from(placeOf('b', Buffer.from(`key ${index}`), () => 3).storageKey).toString('latin1'),
    );
    for (const [number, key] of keys.entries()) this.outbox.add(key, number);
    return keys;
  }

  runSlices(): void {
    for (let slice = this.#slices.shift(); slice !== undefined; slice = this.#slices.shift()) {
      this.costs.push(slice.cost);
      slice.task();
    }
  }

  answer(frame: number, kind: number = KIND.replicaStored, reply: Uint8Array = new Uint8Array()): void {
    this.sent[frame]?.onReply(kind, new Reader(reply));
  }
}

function refusal(error: QuorateError): Uint8Array {
  const writer = new Writer();
  encodeError(writer, error);
  return writer.copy();
}

describe('records that go to another node', () => {
  test('travel several to a frame, as large as a slice may be, two frames at a time', () => {
    const bench = new Bench();
    bench.add(100);
    bench.runSlices();
    expect(bench.sent).toHaveLength(2);
    for (const { records } of bench.sent) expect(records.length).toBe(Math.ceil(SLICE_BYTES / (RECORD_BYTES + 30)));
    for (let frame = 0; frame < bench.sent.length; frame++) {
      bench.answer(frame);
      bench.runSlices();
    }
    expect(bench.stored.map(([, number]) => number)).toEqual(Array.from({ length: 100 }, (_unused, number) => number));
    // What a frame had beyond its slice, the next one pays for.
    expect(bench.costs.reduce((sum, cost) => sum + cost, 0)).toBeGreaterThan(bench.outbox.bytes - SLICE_BYTES);
  });

  test('are stored there when the frame is answered, not before; one that is gone from here is at once', () => {
    const bench = new Bench();
    const keys = bench.add(3);
    bench.gone.add(keys[1] as string);
    bench.runSlices();
    expect(bench.stored).toEqual([[keys[1], 1]]);
    bench.answer(0);
    expect(bench.stored.map(([, number]) => number)).toEqual([1, 0, 2]);
  });

  test('that were refused, or could not be sent, are told of once; nothing is heard of them after a new beginning', () => {
    const bench = new Bench();
    bench.add(2);
    bench.runSlices();
    bench.answer(0, KIND.error, refusal(storageFailed('m1', 'it is full', 'not-applied')));
    expect([bench.refused, bench.given]).toEqual([1, []]);
    bench.outbox.clear();
    bench.answer(0);
    bench.sent[0]?.onFailure('lost', '');
    expect([bench.stored, bench.refused]).toEqual([[], 1]);
    bench.add(2);
    bench.runSlices();
    bench.sent[1]?.onFailure('not-sent', '');
    expect(bench.refused).toBe(2);
  });

  test('that were read too long ago are sent again only if they have to be', () => {
    const bench = new Bench();
    const keys = bench.add(2);
    bench.runSlices();
    bench.answer(0, KIND.error, refusal(readTooLongAgo('m1', 0, 7)));
    expect([bench.refused, bench.given]).toEqual([1, [keys[0]]]);
    bench.outbox.clear();
    bench.givesUp = true;
    bench.add(2);
    bench.runSlices();
    bench.answer(1, KIND.error, refusal(readTooLongAgo('m1', 0, 7)));
    expect([bench.refused, bench.given]).toEqual([1, [keys[0], ...keys]]);
    bench.add(1);
    bench.runSlices();
    expect(bench.sent).toHaveLength(3);
  });

  test('that wait when all begins anew are not sent', () => {
    const bench = new Bench();
    bench.add(5);
    bench.outbox.clear();
    bench.runSlices();
    expect(bench.sent).toEqual([]);
  });
});
