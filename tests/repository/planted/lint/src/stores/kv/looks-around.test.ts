import { readFile } from 'node:fs/promises';

export const read = readFile;
export const time = Date.now();
