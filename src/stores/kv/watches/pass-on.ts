/** A watch at a node without the key, which leaves it to a home replica. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Timers } from '../../../runtime/world/index.ts';
import { decodeError, decodeReply, encodeRequest, KIND, REQUEST_KIND } from '../messages/index.ts';
import type { Cancel, ReplyHandler, WatchReply, WatchRequest } from '../requests.ts';

/** The node that holds the watch ends it in time; so much later it is given up. */
const GRACE_MS = 50;
const MARK_BYTES = 16;

const NO_NEWS: WatchReply = {
  kind: 'watch',
  mark: new Uint8Array(MARK_BYTES),
  conflict: 'siblings',
  record: undefined,
  isNews: false,
};

/** When the home is lost, the watcher hears that there are no news, and asks again. */
export function passOn(peer: Peer, timers: Timers, request: WatchRequest, handler: ReplyHandler<WatchReply>): Cancel {
  let isOver = false;
  const once = (act: () => void): void => {
    if (isOver) return;
    isOver = true;
    end.cancel();
    act();
  };
  const end = timers.after(request.timeoutMs + GRACE_MS, () => once(() => handler.reply(NO_NEWS)));
  const correlation = peer.request(
    REQUEST_KIND.watch,
    (writer) => encodeRequest(writer, request, 'to-home'),
    (kind, body) => {
      const answer = kind === KIND.error ? decodeError(body) : decodeReply(kind, body);
      once(() => {
        if (answer instanceof QuorateError) handler.fail(answer);
        else handler.reply(answer.kind === 'watch' ? answer : NO_NEWS);
      });
    },
    () => once(() => handler.reply(NO_NEWS)),
  );
  return () => once(() => void peer.cancel(correlation));
}
