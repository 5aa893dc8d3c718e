// breaks: protocols-are-pure
import { createHash } from 'node:crypto';

export const hash = createHash;
