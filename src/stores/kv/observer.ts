/** What a node tells about its work; the server turns it into metrics. Calls are on hot paths: count, and return. */
export interface KvObserver {
  /** A request this node coordinated or forwarded has ended. `code` is that of the error, or 'ok'. */
  request(verb: 'get' | 'put' | 'delete' | 'list', durationMs: number, code: string): void;
  /** A replica was behind and was sent what it lacked. */
  readRepair(): void;
  /** A get returned this many values. */
  values(count: number): void;
  /** A stored record did not have its checksum. */
  damagedRecord(): void;
}

export const SILENT_OBSERVER: KvObserver = { request() {}, readRepair() {}, values() {}, damagedRecord() {} };
