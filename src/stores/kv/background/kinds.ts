/** The work that must not be felt in the foreground. */
export const BACKGROUND_KINDS = ['transfer', 'anti-entropy', 'hints', 'tombstones', 'scrub', 'backup'] as const;
export type BackgroundKind = (typeof BACKGROUND_KINDS)[number];

export function isBackgroundKind(text: unknown): text is BackgroundKind {
  return BACKGROUND_KINDS.some((kind) => kind === text);
}
