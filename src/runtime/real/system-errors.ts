/** The operating system's code of a failure, such as `ENOENT`; '' if it has none. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The text of a failure, or `otherwise` if there is none. */
export function systemMessage(error: Error | undefined, otherwise: string): string {
  // A host name with several addresses fails with one error per address and no message of its own.
  if (error instanceof AggregateError) return error.errors.map((each) => systemMessage(each, otherwise)).join('; ');
  return error?.message ?? otherwise;
}
