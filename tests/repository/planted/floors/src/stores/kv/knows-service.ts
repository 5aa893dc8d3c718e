// breaks: stores-know-no-upper-floor
import type { Discovery } from '../../services/discovery/index.ts';

export const discovery: Discovery | undefined = undefined;
