// breaks: no-development-packages-in-the-product
import { expect } from 'vitest';

export const check = expect;
