// breaks: runtime-is-the-ground-floor
import type { Ring } from '../../protocols/ring/index.ts';

export const ring: Ring | undefined = undefined;
