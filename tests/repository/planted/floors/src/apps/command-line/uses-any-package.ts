// breaks: doors-use-known-packages, no-development-packages-in-the-product
import { publint } from 'publint';

export const lint = publint;
