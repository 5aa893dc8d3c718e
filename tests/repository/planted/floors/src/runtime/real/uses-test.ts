// breaks: product-knows-no-tests
import { check } from './real.test.ts';

export const borrowed = check;
