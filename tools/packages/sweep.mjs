import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Removes what an earlier build has left in `dist`: output whose source has gone or moved. The compiler does not,
 * and Nx keeps it with the rest.
 *
 * @param {string} folder - of the package
 */
export function sweep(folder) {
  const dist = join(folder, 'dist');
  if (!existsSync(dist)) return;
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const map = join(dist, name);
    if (!name.endsWith('.map') || !isStale(map)) continue;
    rmSync(map);
    rmSync(map.slice(0, -'.map'.length), { force: true });
  }
}

/** @param {string} map */
function isStale(map) {
  /** @type {{ sources: string[], sourcesContent?: unknown[] }} */
  const { sources, sourcesContent } = JSON.parse(readFileSync(map, 'utf8'));
  return sourcesContent === undefined && sources.some((source) => !existsSync(join(dirname(map), source)));
}
