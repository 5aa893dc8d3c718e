/** A line of a simulation's trace, coloured by what it tells. */
import type { Paint } from './paint.ts';

const COLUMNS = /^( *[\d.]+) (\S.*?) {2,}(.*)$|^( *[\d.]+) (\S+) (.*)$/;
const TROUBLE =
  /^(crashes|loses|is paused|VIOLATION|partition|nothing gets|links between|disk of|network for|way from|.* bits flip|.*lose their power|.*(loses its power|crashes|stands still) for)/;
const MESSAGE = /^(sent|received|synced|duplicated|reordered)/;
const LOSS = /^(lost|blocked|broken|link with .* ended|warn|error|debug)/;

export function paintTraceLine(line: string, paint: Paint): string {
  const match = COLUMNS.exec(line);
  if (match === null) return line;
  const time = match[1] ?? match[4] ?? '';
  const who = match[2] ?? match[5] ?? '';
  const event = match[3] ?? match[6] ?? '';
  const colour = TROUBLE.test(event)
    ? paint.red
    : MESSAGE.test(event)
      ? paint.dim
      : LOSS.test(event)
        ? paint.yellow
        : (text: string) => text;
  return `${paint.dim(time)} ${paint.cyan(who.padEnd(8))} ${colour(event)}`;
}
