import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../workspace/nx.mjs';

/**
 * @typedef {Record<string, string>} Ranges
 * @typedef {object} Manifest the part of a `package.json` that the checks look at
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {string} [description]
 * @property {string[]} [keywords]
 * @property {string[]} [files]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [bin]
 * @property {Record<string, string | Record<string, string>>} [exports]
 * @property {Ranges} [dependencies]
 * @property {Ranges} [devDependencies]
 * @property {Ranges} [peerDependencies]
 * @property {Record<string, { optional?: boolean }>} [peerDependenciesMeta]
 *
 * @typedef {{ name: string, folder: string, path: string, manifest: Manifest }} PublicPackage
 * `folder` is the name of the folder under `packages`, `path` the whole path
 */

/**
 * The packages that are published: every folder under `packages` whose manifest is not private. A new package is
 * found by being there.
 *
 * @returns {PublicPackage[]}
 */
export function publicPackages() {
  return readdirSync(join(root, 'packages'))
    .map((folder) => ({ folder, path: join(root, 'packages', folder) }))
    .filter(({ path }) => existsSync(join(path, 'package.json')))
    .map(({ folder, path }) => ({ folder, path, manifest: readManifest(path) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map((found) => ({ name: found.manifest.name, ...found }));
}

/**
 * @param {string} folder
 * @returns {Manifest & Record<string, unknown>}
 */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/**
 * The entry points with types: where each subpath's declarations and code lie, relative to the package.
 *
 * @param {Manifest} manifest
 * @returns {{ subpath: string, types: string, code: string }[]}
 */
export function entryPoints({ exports = {} }) {
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string' || target['types'] === undefined || target['default'] === undefined
      ? []
      : [{ subpath, types: target['types'], code: target['default'] }],
  );
}
