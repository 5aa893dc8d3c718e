/** The administrator's view of the background work: the topic `background`, the orders `background-pause` and `background-resume`. */
import { badRequest } from '../errors.ts';
import type { Json } from '../interface.ts';
import type { Command, NodeService } from '../service.ts';
import type { Background } from './background.ts';
import { BACKGROUND_KINDS, type BackgroundKind, isBackgroundKind } from './kinds.ts';

export function backgroundService(background: Background): NodeService {
  const order =
    (carryOut: (kind: BackgroundKind) => void): Command =>
    (argument, handler) => {
      for (const kind of kindsOf(argument)) carryOut(kind);
      handler.done(background.status());
    };
  return {
    topics: new Map([['background', () => background.status()]]),
    commands: new Map([
      ['background-pause', order((kind) => background.pause(kind))],
      ['background-resume', order((kind) => background.resume(kind))],
    ]),
    stop: () => background.stop(),
  };
}

/** A kind, or all of them. @throws QuorateError `bad-request` */
function kindsOf(argument: Json | undefined): readonly BackgroundKind[] {
  if (argument === undefined) return BACKGROUND_KINDS;
  if (isBackgroundKind(argument)) return [argument];
  throw badRequest(`names '${JSON.stringify(argument)}', which is none of ${BACKGROUND_KINDS.join(', ')}`);
}
