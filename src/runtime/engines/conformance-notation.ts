/** An engine under test, and a short notation for what the conformance suite writes and sees: keys and values as texts, an entry as `key=value`. */
import { type Engine, type Entry, MAX_KEY_BYTES, type OnDurable, type Operation } from './engine.ts';

/** An engine under test. */
export interface EngineUnderTest {
  readonly engine: Engine;
  /** The same data, opened again once `engine` is closed. Absent where nothing outlives the engine. */
  reopen?(): Promise<Engine>;
  /** Let everything happen that is on its way: all callbacks of writes so far have been called when this returns. */
  settle(): Promise<void> | void;
  dispose(): Promise<void>;
}

export type OpenEngine = () => Promise<EngineUnderTest>;

export const LEAST = Uint8Array.of();
export const GREATEST = new Uint8Array(MAX_KEY_BYTES + 1).fill(0xff);
export const EVERYTHING = { from: LEAST, to: GREATEST };

export function bytes(from: string): Uint8Array {
  return new TextEncoder().encode(from);
}

export function set(key: string, value: string): Operation {
  return { key: bytes(key), value: bytes(value) };
}

export function remove(key: string): Operation {
  return { key: bytes(key), value: undefined };
}

export function write(engine: Engine, batch: readonly Operation[], onDurable: OnDurable = failOnError): void {
  engine.write(batch, onDurable);
}

export function put(engine: Engine, key: string, value: string, onDurable: OnDurable = failOnError): void {
  engine.write([set(key, value)], onDurable);
}

function failOnError(error?: Error): void {
  if (error !== undefined) throw error;
}

export function got(engine: Engine, key: string): string | undefined {
  const value = engine.get(bytes(key));
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

export function text(entry: Entry): string {
  return `${new TextDecoder().decode(entry.key)}=${new TextDecoder().decode(entry.value)}`;
}

export function all(engine: Engine, from = '', to?: string, limit?: number): string[] {
  const range = { from: bytes(from), to: to === undefined ? GREATEST : bytes(to) };
  return [...engine.range(limit === undefined ? range : { ...range, limit })].map(text);
}
