// The judge's server, in a process of its own: applies what clients send, and says what it thinks of it.
import { createServer } from 'node:http';
import { Ledger } from '../judge/ledger.mjs';

/** One for each case that is tried, by its path; `/` for a run that is one case. */
const ledgers = new Map();

function ledgerOf(path) {
  const ledger = ledgers.get(path) ?? new Ledger();
  ledgers.set(path, ledger);
  return ledger;
}

const server = createServer(async (request, response) => {
  const ledger = ledgerOf(request.url);
  if (request.method === 'GET') {
    response.end(JSON.stringify({ ...ledger.verdict(), effects: ledger.bodies() }));
    return;
  }
  if (request.method === 'DELETE') {
    ledgers.delete(request.url);
    response.end();
    return;
  }
  const operations = JSON.parse(Buffer.concat(await request.toArray()).toString());
  const applied = operations.map((operation) => ledger.apply(operation));
  // Some answers take long, so that kills and stops find operations under way.
  const delayMs = Number(request.headers['x-delay'] ?? 0);
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  for (const answered of applied) answered();
  response.end('{}');
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', ({ acknowledged }) => ledgerOf('/').acknowledge(acknowledged));
process.on('disconnect', () => process.exit());
