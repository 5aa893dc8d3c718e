/** Two lists of digests, compared: how the side that is asked answers. */

/** What each of two sets of records has that the other has not. */
export interface Missing<Item> {
  /** Ours that they lack. */
  readonly theyLack: readonly Item[];
  /** Theirs that we lack. */
  readonly weLack: readonly bigint[];
}

/** A record that changed on one side is in both: its two states have different digests. */
export function missing<Item extends { readonly digest: bigint }>(
  ours: Iterable<Item>,
  theirs: readonly bigint[],
): Missing<Item> {
  const unmatched = new Set(theirs);
  const theyLack: Item[] = [];
  for (const item of ours) if (!unmatched.delete(item.digest)) theyLack.push(item);
  return { theyLack, weLack: [...unmatched] };
}
