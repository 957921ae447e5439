import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../workspace/nx.mjs';
import { sweep } from './sweep.mjs';

const run = promisify(execFile);

/** @typedef {{ name: string, version: string, file: string, paths: string[] }} Tarball - `paths` are those inside */

/**
 * Packs built packages as `npm publish` would, all in one run of npm.
 *
 * @param {readonly import('./public-packages.mjs').PublicPackage[]} packages
 * @param {string} folder - where the tarballs go
 * @returns {Promise<Tarball[]>}
 */
export async function pack(packages, folder) {
  for (const { path } of packages) sweep(path);
  const selection = packages.flatMap(({ name }) => ['--workspace', name]);
  const { stdout } = await run(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...selection],
    { cwd: root, maxBuffer: 64 * 1024 * 1024 },
  );
  /** @type {{ name: string, version: string, filename: string, files: { path: string }[] }[]} */
  const packed = Object.values(JSON.parse(stdout));
  return packed.map(({ name, version, filename, files }) => ({
    name,
    version,
    file: join(folder, filename),
    paths: files.map(({ path }) => path),
  }));
}
