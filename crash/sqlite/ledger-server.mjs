// The judge: a server of its own, in a process of its own, that believes nobody. It keeps what it applied by
// idempotency key, and looks for what must never be: one change under two keys, one key with two contents, and
// changes of one entity out of their order.
import { createServer } from 'node:http';

const byKey = new Map();
const keyOfChange = new Map();
const lastOfEntity = new Map();
const faults = { doubled: [], outOfOrder: [] };
let requests = 0;
let repeats = 0;

function apply({ id, payload }) {
  requests++;
  const known = byKey.get(id);
  if (known !== undefined) {
    repeats++;
    if (known !== payload) faults.doubled.push(`${id} came with ${payload} after ${known}`);
    return;
  }
  byKey.set(id, payload);
  const { entity, change } = JSON.parse(payload);
  const name = `${entity}#${change}`;
  if (keyOfChange.has(name)) faults.doubled.push(`${name} came as ${id} after ${keyOfChange.get(name)}`);
  keyOfChange.set(name, id);
  const last = lastOfEntity.get(entity) ?? 0;
  if (change <= last) faults.outOfOrder.push(`${name} came after ${entity}#${last}`);
  lastOfEntity.set(entity, Math.max(last, change));
}

const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify({ applied: [...keyOfChange.keys()], requests, repeats, ...faults }));
    return;
  }
  const operations = JSON.parse(Buffer.concat(await request.toArray()).toString());
  // Some answers take long, so that kills and stops find operations under way.
  const delayMs = Number(request.headers['x-delay'] ?? 0);
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  for (const operation of operations) apply(operation);
  response.end('{}');
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
