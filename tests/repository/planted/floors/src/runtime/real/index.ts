import { connect } from 'node:net';
import { engine } from '../engines/index.ts';
import { world } from '../world/index.ts';

export const real = { connect, engine, world };
