/** Where a node learns of the cluster: addresses of a few nodes, written down here, or in a file, or served at a URL. */
import { parseAddress } from '../../runtime/transport/index.ts';
import type { Address } from '../../runtime/world/index.ts';
import { badConfiguration, Decoder } from './decoder.ts';

export type SeedsSource =
  | { readonly kind: 'list'; readonly addresses: readonly Address[] }
  /** Relative to the configuration's folder. */
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'url'; readonly url: string };

const MOST_SEEDS = 100;

export function readSeeds(value: Decoder): SeedsSource {
  if (value.isList()) return { kind: 'list', addresses: readAddresses(value) };
  const fields = value.fields(['file', 'url']);
  const file = fields.optional('file', (at) => at.text());
  const url = fields.optional('url', (at) => at.matching(/^https?:\/\/\S+$/, 'a URL with http or https'));
  if (file !== undefined && url === undefined) return { kind: 'file', file };
  if (url !== undefined && file === undefined) return { kind: 'url', url };
  throw value.breaks('it must be a list of addresses, or have either a file or a url');
}

/**
 * The text of a file or of a web server's answer: a JSON list of addresses, or addresses apart by white space.
 * @throws QuorateError `bad-configuration` for anything else. `source` is for the messages.
 */
export function parseSeeds(source: string, text: string): readonly Address[] {
  if (/^\s*[[{]/.test(text)) return readAddresses(Decoder.parse(source, text));
  const words = text.split(/\s+/).filter((word) => word !== '');
  return readAddresses(Decoder.parse(source, JSON.stringify(words)));
}

function readAddresses(value: Decoder): readonly Address[] {
  const list = value.list();
  if (list.length === 0) throw value.breaks('there must be at least one seed');
  if (list.length > MOST_SEEDS)
    throw badConfiguration('seeds', `${list.length} seeds are too many; a few are enough, at most ${MOST_SEEDS}`);
  return list.map((item) => {
    const address = item.text("it must be a text 'host:port' or 'unix:/path'");
    item.checked(() => parseAddress(address));
    return address;
  });
}
