import { join } from 'node:path';
import { ring } from '../../protocols/ring/index.ts';
import { world } from '../../runtime/world/index.ts';
import { messages } from './messages/index.ts';

export const kv = { join, messages, ring, world };
