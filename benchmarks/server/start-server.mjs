import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../../tools/postgres/index.mjs';

const program = fileURLToPath(new URL('./server-process.mjs', import.meta.url));

/** Starts a server in a process of its own, on a fresh file. `stop` makes sure that every effect is there. */
export async function startOnSqlite(kind) {
  const folder = mkdtempSync(join(tmpdir(), 'cpc-bench-'));
  return startAll('sqlite', kind, {
    processes: 1,
    place: join(folder, 'effects.db'),
    remove: () => rmSync(folder, { recursive: true }),
  });
}

/** The same on a database of its own in a cluster that runs, which several processes may share. */
export async function startOnPostgres(cluster, kind, processes = 1) {
  const started = await startPostgres({ kind: 'server', url: cluster.url });
  return startAll('postgres', kind, { processes, place: started.url, remove: () => started.stop() });
}

async function startAll(database, kind, { processes, place, remove }) {
  const children = [];
  const ports = [];
  for (let count = 0; count < processes; count++) {
    const child = fork(program, [database, kind, place]);
    const [{ port }] = await once(child, 'message');
    children.push(child);
    ports.push(port);
  }
  return {
    ports,
    async stop(expected) {
      let found;
      for (const child of children) {
        child.send('stop');
        [{ effects: found }] = await once(child, 'message');
        await once(child, 'exit');
      }
      await remove();
      if (found !== expected) throw new Error(`${kind}: ${found} effects instead of ${expected}`);
    },
  };
}
