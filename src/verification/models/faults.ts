/** What the world may do to a group of processes, altogether. */
export interface ModelFaults {
  /** How many times a server may crash and come back. */
  readonly crashes?: number;
  /** How many messages may be lost. */
  readonly losses?: number;
  /** How many times a message that is under way may be doubled. */
  readonly duplicates?: number;
}

/** For the options of `processGroup`. */
export function faultBounds({ crashes = 0, losses = 0, duplicates = 0 }: ModelFaults) {
  return { crashesMaximum: crashes, lossesMaximum: losses, duplicatesMaximum: duplicates };
}

/** For the name of a model. */
export function faultsSized({ crashes = 0, losses = 0, duplicates = 0 }: ModelFaults) {
  return [
    [crashes, 'crash', 'crashes'],
    [losses, 'loss', 'losses'],
    [duplicates, 'duplicate'],
  ] as const;
}
