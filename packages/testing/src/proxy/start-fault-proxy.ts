import { once } from 'node:events';
import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import { systemClock } from '@cpc/sync-core';
import type { FaultPlan } from '../faults/fault-plan.js';
import { type FaultProxy, ListeningProxy, LostConnection } from './listening-proxy.js';
import { type CarriedExchange, HttpLine, type HttpLineOptions } from '../http/http-line.js';
import type { HttpAnswer, HttpRequest } from '../http/http-message.js';

export interface FaultProxyOptions extends Partial<HttpLineOptions> {
  /** The origin of the server behind it, such as `http://127.0.0.1:8080`. */
  readonly target: string | URL;
  readonly plan: FaultPlan;
  /** @defaultValue 0, any that is free */
  readonly port?: number;
}

/**
 * An HTTP proxy on loopback, for real sockets on Node: it lets each request meet what the plan says, also those
 * that share a connection. Broken connections are reset, torn answers stop in the middle of their body.
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { target, plan, port = 0, clock = systemClock } = options;
  const line = new HttpLine(plan, { ...options, clock });
  const to = new URL(target);
  const server = createServer({ keepAliveTimeout: 60_000 });
  const proxy = new ListeningProxy(server, line.history);
  server.on('request', (request, response) => {
    proxy.run(response, async () => {
      const ended = new AbortController();
      response.on('close', () => ended.abort());
      const read = await readRequest(request);
      const carried = await line.carry(read, () => forward(read, to), ended.signal);
      await writeAnswer(response, carried);
    });
  });
  await proxy.listen(port);
  return proxy;
}

async function readRequest(request: IncomingMessage): Promise<HttpRequest> {
  const { method = 'GET', url = '/', headers } = request;
  try {
    return { method, path: url, headers: flat(headers), body: await readAll(request) };
  } catch (cause) {
    throw new LostConnection('The client left in the middle of its request.', { cause });
  }
}

/** Asks the server behind, on a connection of its own. */
async function forward({ method, path, headers, body }: HttpRequest, target: URL): Promise<HttpAnswer> {
  const asked = sendRequest(new URL(path, target), {
    method,
    headers: { ...headers, host: target.host, 'content-length': body.byteLength, connection: 'close' },
    agent: false,
  });
  asked.end(body);
  try {
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const { statusCode: status = 502 } = response;
    return { status, headers: flat(response.headers), body: await readAll(response) };
  } catch (cause) {
    throw new LostConnection('The server behind the proxy gave no answer.', { cause });
  }
}

async function writeAnswer(response: ServerResponse, carried: CarriedExchange): Promise<void> {
  if (response.destroyed) return;
  if (carried.kind === 'broken') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, headers, body } = carried.answer;
  const { connection, 'transfer-encoding': encoding, ...rest } = headers;
  response.sendDate = false;
  response.writeHead(status, { ...rest, 'content-length': body.byteLength });
  if (carried.kind === 'whole') {
    response.end(body);
    return;
  }
  await new Promise<void>((resolve) => {
    response.write(body.subarray(0, body.byteLength >> 1), () => resolve());
  });
  response.destroy();
}

async function readAll(stream: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return new Uint8Array(Buffer.concat(parts));
}

function flat(headers: IncomingMessage['headers']): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}
