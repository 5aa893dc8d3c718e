/** What is measured: anything that stores values under keys. */

export interface System {
  readonly name: string;
  /** `done` is called once, with the failure if there is one. */
  put(key: string, value: Uint8Array, done: (error?: unknown) => void): void;
  /** A value that is missing, or of another length, is a failure. */
  get(key: string, done: (error?: unknown) => void): void;
  close(): Promise<void>;
}

/** Starts a system on this machine, with its data below `directory`; `undefined` (and a line that says why) if it cannot. */
export type StartSystem = (directory: string) => Promise<System | undefined>;
