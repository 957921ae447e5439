import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const SERVICE_WORKER = 'service-worker.js';

/** Writes the list of all files, and a digest of their contents, into the service worker that keeps them. */
const shellList = () => {
  let publicDir = '';
  return {
    name: 'shell-list',
    enforce: 'post',
    configResolved: (config) => {
      publicDir = config.publicDir;
    },
    generateBundle(_options, bundle) {
      const digest = createHash('sha256');
      const files = ['/'];
      for (const name of readdirSync(publicDir)) {
        files.push(`/${name}`);
        digest.update(readFileSync(join(publicDir, name)));
      }
      for (const [name, output] of Object.entries(bundle)) {
        if (name === SERVICE_WORKER) continue;
        if (name !== 'index.html') files.push(`/${name}`);
        digest.update(output.type === 'chunk' ? output.code : output.source);
      }
      const worker = bundle[SERVICE_WORKER];
      if (!worker?.code.includes('__SHELL__'))
        throw new Error(`${SERVICE_WORKER} has no place for the list.`);
      const shell = JSON.stringify({ version: digest.digest('hex').slice(0, 12), files });
      worker.code = worker.code.replace('__SHELL__', () => shell);
    },
  };
};

export default defineConfig({
  build: {
    outDir: 'dist/page',
    target: 'es2022',
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { page: 'index.html', 'service-worker': 'src/page/service-worker.ts' },
      output: {
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? SERVICE_WORKER : 'assets/[name]-[hash].js',
      },
    },
  },
  plugins: [shellList()],
});
