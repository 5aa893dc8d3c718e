// breaks: doors-open-no-sockets-and-no-files
import { readFile } from 'node:fs/promises';

export const read = readFile;
