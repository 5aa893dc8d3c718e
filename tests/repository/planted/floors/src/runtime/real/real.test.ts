import { expect } from 'vitest';
import { real } from './index.ts';

export const check = expect(real);
