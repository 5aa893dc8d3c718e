// Half of the cycle that egg.ts is reported for.
import { egg } from './egg.ts';

export const hen = (): unknown => egg;
