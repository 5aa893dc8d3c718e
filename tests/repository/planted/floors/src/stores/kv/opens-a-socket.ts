// breaks: only-the-runtime-touches-the-world
import { connect } from 'node:net';

export const dial = connect;
export const later = async (): Promise<unknown> => import('node:fs/promises');
