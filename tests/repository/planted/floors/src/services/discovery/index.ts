import { kv } from '../../stores/kv/index.ts';

export type Discovery = typeof kv;
export const discovery: Discovery = kv;
