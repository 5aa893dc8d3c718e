import type { OnDurable } from '../../../runtime/world/index.ts';

/** Keys with writes that are not durable yet. Of atomic buckets only: nobody else asks, and it costs something per write. */
export class UnsyncedKeys {
  readonly #writes = new Map<string, number>();

  /** @returns what to call when the write is durable, or never will be: then the key stays, since nobody knows what is on disk. */
  begin(storageKey: Uint8Array, onDurable: OnDurable): OnDurable {
    const name = nameOf(storageKey);
    this.#writes.set(name, (this.#writes.get(name) ?? 0) + 1);
    return (error) => {
      if (error === undefined) this.#end(name);
      onDurable(error);
    };
  }

  has(storageKey: Uint8Array): boolean {
    return this.#writes.size > 0 && this.#writes.has(nameOf(storageKey));
  }

  #end(name: string): void {
    const writes = this.#writes.get(name) ?? 0;
    if (writes > 1) this.#writes.set(name, writes - 1);
    else this.#writes.delete(name);
  }
}

function nameOf(storageKey: Uint8Array): string {
  return Buffer.from(storageKey.buffer, storageKey.byteOffset, storageKey.length).toString('latin1');
}
