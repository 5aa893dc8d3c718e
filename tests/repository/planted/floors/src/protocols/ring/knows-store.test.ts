// breaks: protocols-know-no-upper-floor
import { kv } from '../../stores/kv/index.ts';

export const store = kv;
