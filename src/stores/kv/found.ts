/** What a get came to, as the caller sees it. */
import { decodeRecord, NO_VERSIONS, seenBy, type Versions } from '../../protocols/versions/index.ts';
import { MalformedBytes } from '../../runtime/bytes/index.ts';
import { malformedReply, siblings } from './caller-errors.ts';
import { encodeContext } from './context.ts';
import type { Context, Found, StoredValue } from './interface.ts';
import { tokenText } from './options.ts';
import type { GetReply } from './requests.ts';
import { storedValue } from './value.ts';

/** @throws QuorateError `malformed-reply` */
export function versionsIn({ record }: Pick<GetReply, 'record'>): Versions {
  if (record === undefined) return NO_VERSIONS;
  try {
    return decodeRecord(record);
  } catch (error) {
    if (error instanceof MalformedBytes) throw malformedReply('record', error.message, error);
    throw error;
  }
}

class FoundVersions implements Found {
  readonly values: readonly StoredValue[];
  readonly isAtomic: boolean;
  readonly #mark: Uint8Array;
  readonly #coordinator: string | undefined;
  readonly #versions: Versions;
  #context: Context | undefined;

  constructor(mark: Uint8Array, versions: Versions, conflict: string, coordinator?: string) {
    this.isAtomic = conflict === 'register';
    this.#mark = mark;
    this.#coordinator = coordinator;
    this.#versions = versions;
    const values: StoredValue[] = [];
    for (const version of versions.versions) if (!version.deleted) values.push(storedValue(version));
    this.values = values;
  }

  /** Made when it is first asked for: most reads are followed by no write. */
  get context(): Context {
    this.#context ??= contextText(encodeContext(this.#mark, seenBy(this.#versions), this.#coordinator));
    return this.#context;
  }

  get value(): StoredValue | undefined {
    if (this.values.length > 1) throw siblings(this.values.length);
    return this.values[0];
  }
}

/** @param mark - binds the context to its key */
export function foundOf(mark: Uint8Array, versions: Versions, conflict: string): Found {
  return new FoundVersions(mark, versions, conflict);
}

/** @throws QuorateError `malformed-reply` */
export function foundIn(reply: GetReply): Found {
  return new FoundVersions(reply.mark, versionsIn(reply), reply.conflict, reply.coordinator);
}

/** The context that a reader of this reply has, in bytes. @throws QuorateError `malformed-reply` */
export function contextIn(reply: GetReply): Uint8Array {
  return encodeContext(reply.mark, seenBy(versionsIn(reply)), reply.coordinator);
}

/** The one place where bytes become a context. */
export function contextText(bytes: Uint8Array): Context {
  return tokenText(bytes) as Context;
}
