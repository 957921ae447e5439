import { spawnSync } from 'node:child_process';
import { announce } from './kit.mjs';

/**
 * Plays every scene with real processes on a real file.
 *
 * @param {{ long: boolean, seed: number, log: (line: string) => void, scene?: string }} options
 * @returns {Promise<boolean>} whether nothing was lost, doubled or out of order
 */
export async function run({ long, scene, seed, log }) {
  build();
  // What is played runs the built packages, as an app would, so they are loaded after the build.
  const { SCENES } = await import('./scenes.mjs');
  let passed = true;
  for (const [name, play] of Object.entries(SCENES)) {
    if (scene !== undefined && !name.includes(scene)) continue;
    const results = await play({ isLong: long, seed });
    if (typeof results === 'string') log(`SQLite, ${results}`);
    else for (const result of results) passed = announce(result, log) && passed;
  }
  return passed;
}

function build() {
  const { status } = spawnSync('npx', ['nx', 'build', '@cpc/storage-sqlite'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  if (status !== 0) throw new Error('The package could not be built; run `npm run build` to see why.');
}
