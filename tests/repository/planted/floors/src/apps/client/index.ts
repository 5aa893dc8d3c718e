// breaks: client-loads-no-engine
import { real } from '../../runtime/real/index.ts';

export const client = real;
