// breaks: packages-of-the-doors
import { Command } from 'commander';

export const command = Command;
