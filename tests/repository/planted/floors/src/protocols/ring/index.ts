import { bytes } from '../../runtime/bytes/index.ts';
import { tokens } from './tokens.ts';

export type Ring = typeof tokens;
export const ring = { bytes, tokens };
