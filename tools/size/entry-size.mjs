import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Bytes that an entry point adds to an app: its package's own code from the build, minified and gzipped, without
 * what it imports from other packages.
 *
 * @param {string} file - the built entry
 */
export async function entrySize(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    packages: 'external',
    outdir: 'out',
    logLevel: 'warning',
  });
  const code = outputFiles.find(({ path }) => path.endsWith('.js'));
  if (code === undefined) throw new Error(`esbuild wrote no bundle of ${file}`);
  return gzipSync(code.contents, { level: 9 }).length;
}
