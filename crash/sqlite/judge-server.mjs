// The judge's server, in a process of its own: applies what clients send, and says what it thinks of it.
import { createServer } from 'node:http';
import { Ledger } from '../judge/ledger.mjs';

const ledger = new Ledger();

const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify(ledger.verdict()));
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
process.on('message', ({ acknowledged }) => ledger.acknowledge(acknowledged));
process.on('disconnect', () => process.exit());
