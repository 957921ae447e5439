import { join } from 'node:path';
import { build } from 'esbuild';
import { entryPoints } from '../../tools/packages/public-packages.mjs';

/**
 * The specifiers of a package's entry points, and those of them that run in a browser: whose code, with all that it
 * imports, asks for nothing of Node's.
 *
 * @param {import('../../tools/packages/public-packages.mjs').PublicPackage} found
 * @returns {Promise<{ all: string[], browser: string[] }>}
 */
export async function entriesOf({ name, path, manifest }) {
  const entries = entryPoints(manifest).map(({ subpath, code }) => ({
    specifier: name + subpath.slice(1),
    file: join(path, code),
  }));
  const forBrowsers = await Promise.all(entries.map(({ file }) => runsInBrowser(file)));
  return {
    all: entries.map(({ specifier }) => specifier),
    browser: entries.filter((_, index) => forBrowsers[index]).map(({ specifier }) => specifier),
  };
}

/** @param {string} file */
async function runsInBrowser(file) {
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'esm',
    metafile: true,
    logLevel: 'silent',
    external: ['node:*', 'better-sqlite3', 'pg', 'pg-native'],
  }).catch(() => ({ metafile: undefined }));
  if (metafile === undefined) return false;
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  return !outside.some(({ path }) => path.startsWith('node:') || path === 'better-sqlite3' || path === 'pg');
}
