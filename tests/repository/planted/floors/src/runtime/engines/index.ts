export type { Engine } from './engine.ts';
import { open } from 'lmdb';

export const engine = open;
