// breaks: enter-a-room-by-its-door, enter-an-inner-folder-by-its-door
import { tokens } from '../../protocols/ring/tokens.ts';

export const first = tokens[0];
