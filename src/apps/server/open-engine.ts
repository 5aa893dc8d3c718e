/** The storage engine that a node's configuration asks for. */
import { type OnSync, openLmdbEngine, openMysqlEngine, openWriteBehindEngine } from '../../runtime/engines/index.ts';
import { environmentVariable } from '../../runtime/real/index.ts';
import type { Engine, World } from '../../runtime/world/index.ts';
import { badConfiguration, type EngineChoice, type NodeEntry } from '../configuration/index.ts';

/** `source` is the configuration's file. @throws QuorateError `bad-configuration`, and what the engines say of their place. */
export function openEngine(
  source: string,
  node: NodeEntry,
  directory: string,
  { timers }: Pick<World, 'timers'>,
  onSync: OnSync,
): Promise<Engine> {
  const { engine } = node;
  switch (engine.kind) {
    case 'lmdb':
      return openLmdbEngine({ directory, onSync });
    case 'memory':
      return openWriteBehindEngine({ directory, timers, onSync });
    case 'mysql': {
      const { at, user, database, mostBytes } = engine.mysql;
      const address = { at, user, database, password: passwordOf(source, engine) };
      return openMysqlEngine({ address, table: node.name, timers, onSync, ...(mostBytes === undefined ? {} : { mostBytes }) });
    }
  }
}

function passwordOf(source: string, { mysql }: Extract<EngineChoice, { kind: 'mysql' }>): string {
  const { passwordVariable } = mysql;
  if (passwordVariable === undefined) return '';
  const password = environmentVariable(passwordVariable);
  if (password === undefined) throw badConfiguration(source, `passwordVariable: the environment has no ${passwordVariable}`);
  return password;
}
