import { createServer } from 'node:http';

/** Acknowledges every operation on loopback, as `@cpc/server` would, and keeps what it received. */
export async function startServer() {
  const received = [];
  const server = createServer(async (request, response) => {
    const key = request.headers['idempotency-key'].slice(1, -1);
    received.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ idempotencyKey: key }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { received, endpoint: `http://127.0.0.1:${server.address().port}/sync`, close };
}
