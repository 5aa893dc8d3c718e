/**
 * The states of a key as server-sent events, one `state` each. Whoever comes back after a lost connection gets the present state first,
 * so nothing has to be resumed.
 *
 * @see the HTML standard, section 9.2, Server-sent events
 */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Bucket, Found, Key } from '../../stores/kv/index.ts';
import { shownBytes } from '../representation/index.ts';

/** Milliseconds until a browser comes back. */
const RETRY_MS = 1_000;

export function watchResponse(bucket: Bucket, key: Key): Response {
  const stop = new AbortController();
  const states = bucket.watch(key, { signal: stop.signal })[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
    },
    // Asked for when the connection has room: a slow reader gets the latest state instead of all of them.
    async pull(controller) {
      try {
        const { done, value } = await states.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(`event: state\ndata: ${JSON.stringify(shownState(value))}\n\n`));
      } catch (error) {
        if (!(error instanceof QuorateError)) throw error;
        if (stop.signal.aborted) return;
        controller.enqueue(encoder.encode(`event: error\ndata: ${JSON.stringify(error.describe())}\n\n`));
        controller.close();
      }
    },
    cancel: () => stop.abort(),
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

function shownState({ values, context }: Found): unknown {
  return { values: values.map(({ contentType, bytes }) => ({ contentType, ...shownBytes(bytes) })), context };
}
