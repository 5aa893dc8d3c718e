/**
 * Backups and restores as an administrator's orders, of any node: whoever makes a backup pages through the partitions, whoever restores
 * sends back what those pages held.
 *
 * | order | argument | result |
 * |---|---|---|
 * | `backup-page` | `partition`, [`bucket`], [`after`], | `entries`; `next`, the `after` of the next page, `null` at the partition's end |
 * | `restore-entries` | `actor`, `timeMs`, `first`, `check`, `entries` | `outcomes`, one for each entry |
 *
 * Bytes are base64; `entries` as in `entries.ts`. Both may be repeated.
 */
import { startBudget } from '../../../protocols/hedging/index.ts';
import { decodeRecord } from '../../../protocols/versions/index.ts';
import { MalformedBytes, Reader } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { FrameKind } from '../../../runtime/world/index.ts';
import type { CoordinatorParts } from '../coordinator/index.ts';
import { badRequest } from '../errors.ts';
import type { Json } from '../interface.ts';
import type { Command, CommandHandler, FrameHandler, NodeService } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { checkBucketName } from '../settings.ts';
import { type BackupEntry, decodeEntries, encodeEntries } from './entries.ts';
import { BACKUP_KIND, decodePageRequest, encodePage } from './page-frames.ts';
import { readPage } from './page-operation.ts';
import { ReplicaPages } from './replica-pages.ts';
import { type EntryOutcome, type RestoreMark, restoreEntry } from './restore-entry.ts';

/** Of a replica's page: three of them merged and in base64 fit a frame. */
const PAGE_BYTES = 512 * 1024;
const MOST_ACTOR = 2 ** 48 - 1;

export class BackupService implements NodeService {
  readonly frames: ReadonlyMap<FrameKind, FrameHandler> = new Map([
    [
      BACKUP_KIND.page,
      (link, correlation, body) =>
        this.#pages.read(decodePageRequest(body), (page) => {
          encodePage(link.begin(BACKUP_KIND.pageReply, correlation), page);
          link.commit();
        }),
    ],
  ]);
  readonly commands: ReadonlyMap<string, Command> = new Map([
    ['backup-page', (argument, handler) => this.#page(fieldsOf(argument), handler)],
    ['restore-entries', (argument, handler) => this.#restore(fieldsOf(argument), handler)],
  ]);
  readonly #parts: ServiceParts;
  readonly #reading: CoordinatorParts;
  readonly #pages: ReplicaPages;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    let reads = 0;
    this.#reading = { ...parts, hedgeBudget: startBudget(), nextRead: () => reads++ };
    this.#pages = new ReplicaPages(parts.world.engine, parts.background, parts.replica.eras);
  }

  #page(fields: Fields, handler: CommandHandler): void {
    const partition = numberIn(fields, 'partition', this.#parts.topology.ring.partitions - 1);
    const bucket = fields['bucket'] === undefined ? undefined : textIn(fields, 'bucket');
    if (bucket !== undefined) checkBucketName(bucket);
    const after = fields['after'] === undefined ? undefined : bytesIn(fields, 'after');
    readPage(
      this.#parts,
      this.#pages,
      { partition, bucket, bytes: PAGE_BYTES, after },
      {
        page: ({ entries, end }) => {
          const next = end === undefined ? null : base64(end);
          handler.done({ entries: base64(encodeEntries(entries)), next });
        },
        fail: (error) => handler.fail(error),
      },
    );
  }

  #restore(fields: Fields, handler: CommandHandler): void {
    const mark = {
      actor: numberIn(fields, 'actor', MOST_ACTOR),
      timeMs: numberIn(fields, 'timeMs', MOST_ACTOR),
      isCheck: fields['check'] === true,
    };
    const first = numberIn(fields, 'first', MOST_ACTOR);
    const bytes = bytesIn(fields, 'entries');
    const entries = intactEntries(bytes);
    if (mark.actor === 0 || first === 0) throw badRequest('counts from 0; actor and first counter are at least 1');
    // Its pace is that of background work, too: whoever uses the cluster meanwhile must not feel it.
    this.#parts.background.run('backup', bytes.length, () => this.#restoreAll(entries, first, mark, handler));
  }

  #restoreAll(
    entries: readonly NumberedEntry[],
    first: number,
    mark: RestoreMark & { readonly isCheck: boolean },
    handler: CommandHandler,
  ): void {
    const outcomes = entries.map((): EntryOutcome => 'missing');
    let open = entries.length;
    let failure: QuorateError | undefined;
    // One more than there are entries, lest all be done before all have begun.
    open++;
    const settle = (): void => {
      open--;
      if (open > 0) return;
      if (failure === undefined) handler.done({ outcomes });
      else handler.fail(failure);
    };
    for (const [index, { entry, offset }] of entries.entries()) {
      const fail = (error: QuorateError): void => {
        failure ??= error;
        settle();
      };
      const done = (outcome: EntryOutcome): void => {
        outcomes[index] = outcome;
        settle();
      };
      try {
        restoreEntry(this.#reading, entry, first + offset, mark, { done, fail });
      } catch (error) {
        if (!(error instanceof QuorateError)) throw error;
        fail(error);
      }
    }
    settle();
  }
}

interface NumberedEntry {
  readonly entry: BackupEntry;
  /** How many versions there are before its own. */
  readonly offset: number;
}

/** @throws QuorateError `bad-request` */
function intactEntries(bytes: Uint8Array): NumberedEntry[] {
  try {
    let offset = 0;
    return decodeEntries(new Reader(bytes)).map((entry) => {
      const numbered = { entry, offset };
      if (entry.key.length === 0) throw new MalformedBytes('an empty key');
      offset += decodeRecord(entry.record).versions.length;
      return numbered;
    });
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw badRequest(`has entries that are none: ${error.message}`);
  }
}

type Fields = Readonly<Record<string, Json | undefined>>;

function fieldsOf(argument: Json | undefined): Fields {
  if (isObject(argument)) return argument;
  throw badRequest('has no object for an argument');
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberIn(fields: Fields, name: string, most: number): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw badRequest(`has ${name}=${JSON.stringify(value)}, which is no whole number from 0 to ${most}`);
}

function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw badRequest(`has ${name}=${JSON.stringify(value)}, which is no text`);
}

function bytesIn(fields: Fields, name: string): Uint8Array {
  return Buffer.from(textIn(fields, name), 'base64');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
