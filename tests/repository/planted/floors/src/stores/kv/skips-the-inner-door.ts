// breaks: enter-an-inner-folder-by-its-door
import { kinds } from './messages/kinds.ts';

export const first = kinds[0];
