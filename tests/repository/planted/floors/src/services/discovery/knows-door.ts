// breaks: services-know-no-door
import { command } from '../../apps/command-line/index.ts';

export const door = command;
