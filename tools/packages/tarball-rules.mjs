import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** @typedef {import('./public-packages.mjs').Manifest} Manifest */

const EXPECTED = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/**
 * What is wrong with the files of a tarball: something that nobody needs, or something missing that the manifest
 * or a source map points to.
 *
 * @param {Manifest} manifest
 * @param {readonly string[]} paths - of the files inside
 * @param {string} folder - of the package, in which the same files lie
 * @returns {string[]}
 */
export function tarballProblems(manifest, paths, folder) {
  const present = new Set(paths);
  const wanted = [...EXPECTED, ...exportTargets(manifest), ...binTargets(manifest)];
  const named = (manifest.files ?? []).filter((path) => !path.startsWith('!') && !EXPECTED.includes(path));
  const folders = named.map((path) => `${path.split('/')[0]}/`);
  return [
    ...wanted.filter((path) => !present.has(path)).map((path) => `${path} is missing`),
    ...paths
      .filter((path) => !EXPECTED.includes(path) && !folders.some((start) => path.startsWith(start)))
      .map((path) => `${path} should not be in it`),
    ...paths.filter((path) => /\.test\.|\.tsbuildinfo$/.test(path)).map((path) => `${path} is for the tests`),
    ...paths
      .filter((path) => path.endsWith('.map'))
      .flatMap((path) => danglingSources(path, present, folder)),
  ];
}

/**
 * "Go to definition" and a debugger follow the maps, so the sources have to be there.
 *
 * @param {string} map
 * @param {ReadonlySet<string>} present
 * @param {string} folder
 */
function danglingSources(map, present, folder) {
  /** @type {{ sources: string[], sourcesContent?: (string | null)[] }} */
  const { sources, sourcesContent } = JSON.parse(readFileSync(join(folder, map), 'utf8'));
  return sources
    .filter((_, index) => typeof sourcesContent?.[index] !== 'string')
    .map((source) => posix.join(posix.dirname(map), source))
    .filter((source) => !present.has(source))
    .map((source) => `${map} points to ${source}, which is not there`);
}

/** @param {Manifest} manifest */
function exportTargets({ exports = {} }) {
  return Object.values(exports)
    .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
    .filter((target) => !target.includes('*'))
    .map((target) => posix.normalize(target));
}

/** @param {Manifest} manifest */
function binTargets({ bin = {} }) {
  return Object.values(bin).map((path) => posix.normalize(path));
}
