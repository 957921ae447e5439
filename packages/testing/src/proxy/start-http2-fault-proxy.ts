import { once } from 'node:events';
import {
  type ClientHttp2Stream,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { systemClock } from '@cpc/sync-core';
import { type CarriedExchange, HttpLine } from '../http/http-line.js';
import type { HttpAnswer, HttpRequest } from '../http/http-message.js';
import { type FaultProxy, ListeningProxy, LostConnection } from './listening-proxy.js';
import type { FaultProxyOptions } from './start-fault-proxy.js';

/**
 * As {@link startFaultProxy}, for HTTP/2 without TLS, trailers included: gRPC, for example. A broken connection takes
 * with it all that shares it.
 */
export async function startHttp2FaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { target, plan, port = 0, clock = systemClock } = options;
  const line = new HttpLine(plan, { ...options, clock });
  const server = createServer();
  const proxy = new ListeningProxy(server, line.history);
  server.on('stream', (stream, headers) => {
    // What is broken is told by 'close' as well; without a listener it would end the process.
    stream.on('error', () => undefined);
    proxy.run(stream, async () => {
      const ended = new AbortController();
      stream.on('close', () => ended.abort());
      const request = await readRequest(stream, headers);
      const carried = await line.carry(request, () => forward(request, new URL(target)), ended.signal);
      await writeAnswer(stream, carried, () => proxy.reset(stream.session?.socket.remotePort));
    });
  });
  await proxy.listen(port);
  return proxy;
}

async function readRequest(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<HttpRequest> {
  const { ':method': method = 'GET', ':path': path = '/' } = headers;
  try {
    return { method, path, headers: flat(headers), body: await readAll(stream) };
  } catch (cause) {
    throw new LostConnection('The client left in the middle of its request.', { cause });
  }
}

/** Asks the server behind, on a connection of its own. */
async function forward({ method, path, headers, body }: HttpRequest, target: URL): Promise<HttpAnswer> {
  const session = connect(target);
  session.on('error', () => undefined);
  try {
    const stream = session.request({ ...headers, ':method': method, ':path': path });
    stream.end(body);
    return await readAnswer(stream);
  } catch (cause) {
    throw new LostConnection('The server behind the proxy gave no answer.', { cause });
  } finally {
    session.destroy();
  }
}

async function readAnswer(stream: ClientHttp2Stream): Promise<HttpAnswer> {
  let trailers: Readonly<Record<string, string>> = {};
  stream.on('trailers', (headers: IncomingHttpHeaders) => (trailers = flat(headers)));
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
  const body = await readAll(stream);
  return { status: headers[':status'] ?? 502, headers: flat(headers), body, trailers };
}

async function writeAnswer(
  stream: ServerHttp2Stream,
  carried: CarriedExchange,
  reset: () => void,
): Promise<void> {
  if (stream.destroyed) return;
  if (carried.kind === 'broken') {
    reset();
    return;
  }
  const { status, headers, body, trailers = {} } = carried.answer;
  const { 'content-length': length, ...rest } = headers;
  stream.respond({ ...rest, ':status': status }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  if (carried.kind === 'whole') {
    stream.end(body);
    return;
  }
  await new Promise<void>((resolve) => {
    stream.write(body.subarray(0, body.byteLength >> 1), () => resolve());
  });
  reset();
}

async function readAll(stream: AsyncIterable<unknown>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return new Uint8Array(Buffer.concat(parts));
}

/** Without the pseudo-headers, which stand for the start line. */
function flat(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || name.startsWith(':')
      ? []
      : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}
