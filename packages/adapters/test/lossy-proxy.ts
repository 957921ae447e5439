import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * What happens to one connection: `pass` it on; cut it before the server heard anything (`lose-request`); cut
 * it when the server's answer is there (`lose-answer`); cut it in the middle of the answer (`tear-answer`).
 */
export type Fault = 'pass' | 'lose-request' | 'lose-answer' | 'tear-answer';

export interface LossyProxy extends AsyncDisposable {
  readonly origin: string;
  /** All that was sent to the server, one entry per connection. */
  readonly sent: readonly Buffer[];
}

/**
 * A TCP proxy that loses requests and answers as `nextFault` says, connection by connection.
 *
 * @param spared - how many pieces of each direction pass first; a WebSocket's handshake is one
 */
export async function startLossyProxy(port: number, nextFault: () => Fault, spared = 0): Promise<LossyProxy> {
  const sent: Buffer[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const index = sent.push(Buffer.alloc(0)) - 1;
    const fault = nextFault();
    let requests = 0;
    let answers = 0;
    const upstream = connect(port, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.once('close', () => {
        open.delete(socket);
        end();
      });
      socket.on('error', end);
    }
    client.on('data', (bytes) => {
      sent[index] = Buffer.concat([sent[index] ?? Buffer.alloc(0), bytes]);
      if (fault === 'lose-request' && requests++ >= spared) end();
      else upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (fault === 'pass' || answers++ < spared) client.write(bytes);
      else if (fault === 'lose-answer') end();
      else client.write(bytes.subarray(0, bytes.length - 1), end);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
