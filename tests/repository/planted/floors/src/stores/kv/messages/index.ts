import { notFound } from '../errors.ts';
import { kinds } from './kinds.ts';

export const messages = { kinds, notFound };
