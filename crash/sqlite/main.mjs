import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Real processes on a real file. They run the built packages, as an app would, so the scenes load after the build: of the command line, which depends on the others. */
export async function open() {
  const { status, stdout } = spawnSync('npx', ['nx', 'build', '@cpc/cli'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  if (status !== 0) throw new Error(`The packages could not be built:\n${stdout}`);
  const { SCENES } = await import('./scenes.mjs');
  return { store: 'SQLite', scenes: SCENES };
}
