import { startEtcd } from './etcd.ts';
import { startLmdbFloor, startLogFloor } from './floor.ts';
import { startQuorate } from './quorate.ts';
import { startRedis } from './redis.ts';
import type { StartSystem } from './system.ts';

export const SYSTEMS = {
  quorate: startQuorate,
  floor: startLmdbFloor,
  'floor-log': startLogFloor,
  etcd: startEtcd,
  redis: startRedis,
} satisfies Record<string, StartSystem>;

export type SystemName = keyof typeof SYSTEMS;
