export const tokens: readonly number[] = [];
