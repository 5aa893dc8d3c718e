/** Columns of text, aligned. */
import type { Paint } from './paint.ts';

/** The first row is the heading. `paintCell` colours a cell that already has its width. */
export function table(
  rows: readonly (readonly string[])[],
  paint: Paint,
  paintCell: (text: string, row: number, column: number) => string = (text) => text,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const lines = rows.map((row, index) => {
    const last = row.length - 1;
    const cells = row.map((cell, column) => {
      const padded = column === last ? cell : cell.padEnd(widths[column] ?? 0);
      return index === 0 ? paint.dim(padded) : paintCell(padded, index - 1, column);
    });
    return cells.join('  ').trimEnd();
  });
  return `${lines.join('\n')}\n`;
}
