import { fileURLToPath } from 'node:url';
import { serveBundle } from '../../tools/browser/index.mjs';
import { Ledger } from '../judge/ledger.mjs';

/** One answer in so many is lost on its way back, after the effect. */
const LOST_ANSWER_EVERY = 97;

/** Serves the page, takes its operations and keeps the ledger. */
export async function startJudgeServer() {
  const ledger = new Ledger();
  let requests = 0;
  /** @type {Map<string, number>} when each tab was last heard of */
  const senders = new Map();

  /** @type {Record<string, (body: string, response: import('node:http').ServerResponse) => Promise<void> | void>} */
  const routes = {
    '/acknowledged': (body, response) => {
      ledger.acknowledge(body);
      response.end();
    },
    '/apply': async (body, response) => {
      const { tab, ...arrival } = JSON.parse(body);
      senders.set(tab, performance.now());
      const answered = ledger.apply(arrival);
      await new Promise((resolve) => setTimeout(resolve, 2));
      answered();
      requests += 1;
      if (requests % LOST_ANSWER_EVERY === 0) response.destroy();
      else response.end();
    },
  };
  const entry = fileURLToPath(new URL('page.ts', import.meta.url));
  const server = await serveBundle(entry, (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const route = routes[pathname];
    if (route === undefined) {
      response.writeHead(404).end();
      return;
    }
    const parts = /** @type {Buffer[]} */ ([]);
    request.on('data', (part) => parts.push(part));
    request.on('end', () => void route(Buffer.concat(parts).toString('utf8'), response));
  });
  return { ...server, ledger, senders };
}
