import { createServer } from 'node:http';

/** Acknowledges every operation on loopback and keeps what it received. */
export async function startRecordingServer() {
  const received = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const key = request.headers['idempotency-key'].slice(1, -1);
    received.push({ path: request.url, key, body: JSON.parse(body) });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ idempotencyKey: key }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { received, endpoint: `http://127.0.0.1:${server.address().port}/sync`, close };
}
