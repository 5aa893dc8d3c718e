import type { Engine } from '../engines/index.ts';

export const world: { readonly engine?: Engine } = {};
