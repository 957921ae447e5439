import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The two sizes of the core that count: with everything in it, and the least that delivers anything. */
export const ENTRIES = {
  everything: `export * from '@cpc/sync-core'`,
  minimal: `export { SyncQueue, SyncWorker, ExponentialBackoff, defineOperation } from '@cpc/sync-core'`,
};

/**
 * Bytes of what an app ships for an entry: bundled from the built packages, minified, gzipped, without RxJS.
 *
 * @param {string} entry the text of a module
 */
export async function bundleSize(entry) {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['rxjs'],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild wrote no bundle');
  return gzipSync(file.contents, { level: 9 }).length;
}
