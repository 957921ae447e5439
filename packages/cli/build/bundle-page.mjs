import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../src/page/', import.meta.url));

/**
 * Makes the inspector's page: one script with all that it needs, since a browser finds no packages.
 *
 * @param {string} folder - where to
 */
export async function bundlePage(folder) {
  mkdirSync(folder, { recursive: true });
  for (const file of ['index.html', 'inspector.css']) cpSync(join(source, file), join(folder, file));
  await build({
    entryPoints: [join(source, 'inspector-page.ts')],
    outfile: join(folder, 'inspector.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['@cpc/source'],
    legalComments: 'eof',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundlePage(fileURLToPath(new URL('../dist/page', import.meta.url)));
}
