// breaks: nothing-unresolvable
import { nothing } from './nowhere.ts';

export const lost = nothing;
