// breaks: protocols-are-pure
import { world } from '../../runtime/world/index.ts';

export const clock = world;
