/** `3 servers, 1 client`: how large a model is; what it has none of is not named. */
export function sized(...counts: readonly (readonly [count: number, one: string, many?: string])[]): string {
  return counts
    .filter(([count]) => count > 0)
    .map(([count, one, many = `${one}s`]) => `${count} ${count === 1 ? one : many}`)
    .join(', ');
}
