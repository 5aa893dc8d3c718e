export const kinds: readonly string[] = [];
