/** What the command ends with; docs/cli.md documents it. */
export const EXIT = { ok: 0, error: 1, usage: 2, notFound: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
