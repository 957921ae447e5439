import 'fake-indexeddb/auto';
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { expectEqual, finish, packages, step } from './results.mjs';
import { startServer } from './server.mjs';

/** Builds one module as an app's script, with a warning taken for an error. */
async function bundle(file, name) {
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      target: 'es2022',
      outDir: `out/${name}`,
      lib: { entry: file, formats: ['es'], fileName: 'bundle' },
      rollupOptions: {
        onwarn: (warning) => {
          throw new Error(warning.message);
        },
      },
    },
  });
  return pathToFileURL(`out/${name}/bundle.js`).href;
}

for (const [name, { browser }] of Object.entries(packages)) {
  if (browser.length === 0) continue;
  await step([name], 'build', async () => {
    const file = `entry-${name.slice(5)}.mjs`;
    writeFileSync(file, browser.map((entry, index) => `export * as e${index} from '${entry}';\n`).join(''));
    await bundle(file, name.slice(5));
  });
}
await step(
  ['@cpc/sync-core', '@cpc/storage-indexeddb', '@cpc/adapters'],
  'the bundled page keeps a note and delivers it',
  async () => {
    const server = await startServer();
    const { saveAndReload } = await import(await bundle('page.mjs', 'page'));
    expectEqual(await saveAndReload('vite', server.endpoint), 1);
    expectEqual(server.received, [{ id: 7, text: 'Buy milk' }]);
    server.close();
  },
);
finish();
