import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./server-process.mjs', import.meta.url));

/** Starts a server in a process of its own, on a fresh file. `stop` makes sure that every effect is there. */
export async function startServer(kind) {
  const folder = mkdtempSync(join(tmpdir(), 'cpc-bench-'));
  const child = fork(program, [kind, join(folder, 'effects.db')]);
  const [{ port }] = await once(child, 'message');
  return {
    port,
    async stop(expected) {
      child.send('stop');
      const [{ effects }] = await once(child, 'message');
      await once(child, 'exit');
      rmSync(folder, { recursive: true });
      if (effects !== expected) throw new Error(`${kind}: ${effects} effects instead of ${expected}`);
    },
  };
}
