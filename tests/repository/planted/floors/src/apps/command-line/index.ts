import { stdout } from 'node:process';
import { Command } from 'commander';
import { discovery } from '../../services/discovery/index.ts';

export const command = { Command, discovery, stdout };
