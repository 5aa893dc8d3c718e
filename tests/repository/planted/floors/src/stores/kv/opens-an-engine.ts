// breaks: packages-of-the-runtime
import { open } from 'lmdb';

export const engine = open;
