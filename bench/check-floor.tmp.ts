import { startLmdbFloor, startLogFloor } from './systems/floor.ts';
import { cleanUpAtEnd } from './processes.ts';
import { mkdtempSync } from 'node:fs';
import { open } from 'lmdb';
const dir = mkdtempSync(process.cwd() + '/bench-data-');
cleanUpAtEnd(dir);
const s = (await startLmdbFloor(dir + '/a'))!;
const N = 30000; let next = 0, acked = 0, errors = 0;
const worker = async () => { while (next < N) { const i = next++; const v = new Uint8Array(256).fill(i & 255); new DataView(v.buffer).setUint32(0, i); await new Promise<void>(r => s.put('key/' + (Math.imul(i, 2654435761) >>> 0) + '/' + i, v, e => { if (e) errors++; else acked++; r(); })); } };
const t = performance.now();
await Promise.all(Array.from({ length: 256 }, worker));
console.log('acked', acked, 'errors', errors, Math.round(N / (performance.now() - t) * 1000) + '/s');
next = 0; 
await Promise.all(Array.from({ length: 256 }, async () => { while (next < N) { const i = next++; await new Promise<void>(r => s.get('key/' + (Math.imul(i, 2654435761) >>> 0) + '/' + i, e => { if (e) errors++; r(); })); } }));
console.log('get errors', errors);
const before = process.memoryUsage().rss; void before;
await s.close();
for (const f of ['f0', 'f1', 'f2']) {
  const db = open<Buffer, Buffer>({ path: dir + '/a/' + f, keyEncoding: 'binary', encoding: 'binary', readOnly: true });
  let good = 0; for (let i = 0; i < N; i++) { const v = db.get(Buffer.from('key/' + (Math.imul(i, 2654435761) >>> 0) + '/' + i)); if (v && v.length === 256 && v.readUInt32BE(0) === i && v[255] === (i & 255)) good++; }
  console.log(f, good, 'of', N); await db.close();
}
void startLogFloor;
process.exit();
