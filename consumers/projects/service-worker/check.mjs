import * as indexedDb from 'fake-indexeddb';
import vm from 'node:vm';
import { build } from 'esbuild';
import { expectEqual, finish, packages, step } from './results.mjs';
import { startServer } from './server.mjs';

/** One classic script, as a service worker is registered where modules are not to be relied on. */
async function bundle(contents, globalName) {
  const { outputFiles, warnings } = await build({
    stdin: { contents, resolveDir: '.' },
    bundle: true,
    write: false,
    format: 'iife',
    ...(globalName !== undefined && { globalName }),
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'));
  return outputFiles[0].text;
}

/** The globals of a service worker: no window, no document. */
function serviceWorkerScope(endpoint) {
  const listeners = new Map();
  const { AbortController, AbortSignal, DOMException, Headers, Request, Response, URL } = globalThis;
  const { TextDecoder, TextEncoder, crypto, fetch, queueMicrotask, performance, structuredClone } =
    globalThis;
  const { clearInterval, clearTimeout, setInterval, setTimeout, BroadcastChannel, Event, EventTarget } =
    globalThis;
  const scope = {
    ...indexedDb,
    indexedDB: indexedDb.indexedDB,
    addEventListener: (type, listener) => listeners.set(type, listener),
    removeEventListener: (type) => listeners.delete(type),
    console,
    endpoint,
    ...{ AbortController, AbortSignal, DOMException, Headers, Request, Response, URL },
    ...{ TextDecoder, TextEncoder, crypto, fetch, queueMicrotask, performance, structuredClone },
    ...{ clearInterval, clearTimeout, setInterval, setTimeout, BroadcastChannel, Event, EventTarget },
  };
  return { scope: Object.assign(scope, { self: scope }), listeners };
}

const elements = new Set(['@cpc/devtools', '@cpc/react', '@cpc/angular']);
for (const [name, { browser }] of Object.entries(packages)) {
  if (browser.length === 0 || elements.has(name)) continue;
  await step([name], 'bundle and run', async () => {
    const { scope } = serviceWorkerScope('');
    const lines = browser.map((entry, index) => `export * as e${index} from '${entry}';`);
    vm.runInNewContext(`${await bundle(lines.join('\n'), 'loaded')};self.loaded = loaded`, scope);
    expectEqual(Object.keys(scope.loaded).length, browser.length);
  });
}
await step(
  ['@cpc/sync-core', '@cpc/storage-indexeddb', '@cpc/adapters'],
  'a sync event delivers a note',
  async () => {
    const server = await startServer();
    const { scope, listeners } = serviceWorkerScope(server.endpoint);
    vm.runInNewContext(await bundle(`import './worker.mjs'`), scope);
    const delivered = await new Promise((resolve) => listeners.get('sync')({ waitUntil: resolve }));
    expectEqual(delivered, 1);
    expectEqual(server.received, [{ id: 7, text: 'Buy milk' }]);
    server.close();
  },
);
finish();
