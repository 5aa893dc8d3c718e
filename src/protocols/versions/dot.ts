/**
 * A dot names one write: the actor that coordinated it and that actor's running number. No dot is ever used twice, because an
 * actor is one incarnation of a node (a node that may have lost unsynced data goes on as a new actor) and counts each write once.
 *
 * Source: Preguiça, Baquero, Almeida, Fonte, Gonçalves, "Dotted Version Vectors" (2010), section 4.
 */

/** One incarnation of a node: a random number of 48 bits. */
export type Actor = number;

export interface Dot {
  readonly actor: Actor;
  /** From 1. */
  readonly counter: number;
}

/** The canonical order: by actor, then by counter. */
export function compareDots(a: Dot, b: Dot): number {
  return a.actor - b.actor || a.counter - b.counter;
}
