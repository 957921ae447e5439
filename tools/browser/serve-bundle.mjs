import { createServer } from 'node:http';
import { build } from 'esbuild';

/**
 * Bundles a TypeScript module from the sources of the packages and serves a page that runs it, on the loopback
 * address and a free port.
 *
 * @param {string} entry path of the module
 * @param {import('node:http').RequestListener} [answer] answers every other request; 404 when absent
 * @param {readonly string[]} [moduleFolders] where else to look for packages
 * @returns {Promise<{ origin: string, close: () => Promise<void> }>}
 */
export async function serveBundle(entry, answer = notFound, moduleFolders = []) {
  const script = await bundle(entry, moduleFolders);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/') return send(response, 'text/html', PAGE);
    if (pathname === '/page.js') return send(response, 'text/javascript', script);
    return answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${address.port}`, close };
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Test</title><script type="module" src="/page.js"></script>';

/**
 * @param {string} entry
 * @param {readonly string[]} moduleFolders
 */
async function bundle(entry, moduleFolders) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['@cpc/source'],
    nodePaths: [...moduleFolders],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}

/** @type {import('node:http').RequestListener} */
function notFound(_request, response) {
  response.writeHead(404).end();
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {string} type
 * @param {string} body
 */
function send(response, type, body) {
  response
    .writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
    .end(body);
}
