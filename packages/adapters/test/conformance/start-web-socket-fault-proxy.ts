import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '@cpc/sync-core';
import {
  type CarriedExchange,
  type FaultHistory,
  type FaultPlan,
  type HttpAnswer,
  HttpLine,
  receiverProtocol,
  type WireProtocol,
} from '@cpc/testing';

export interface WebSocketFaultProxy {
  readonly origin: string;
  readonly history: FaultHistory;
  readonly underWay: number;
  close(): Promise<void>;
}

/** As over HTTP; but frames have no headers, so a time to wait is always in the body. */
const protocol: WireProtocol = {
  ...receiverProtocol,
  refuse: (refusal, request) =>
    receiverProtocol.refuse(
      refusal.kind === 'busy' ? { ...refusal, retryAfterAs: 'seconds' } : refusal,
      request,
    ),
};

/** Lets each request of a socket meet what the plan says: it reads the frames, whose bodies are those of HTTP. */
export async function startWebSocketFaultProxy(
  target: string,
  plan: FaultPlan,
): Promise<WebSocketFaultProxy> {
  const line = new HttpLine(plan, { clock: systemClock, protocol });
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, maxPayload: 12_000_000 });
  const counter = { underWay: 0 };
  sockets.on('connection', (client, request) => {
    const path = request.url ?? '/';
    serve(client, new Upstream(`${target.replace('http', 'ws')}${path}`, client.protocol), line, counter);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    history: line.history,
    get underWay() {
      return counter.underWay;
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      http.close();
      await once(http, 'close');
    },
  };
}

function serve(client: WebSocket, upstream: Upstream, line: HttpLine, counter: { underWay: number }): void {
  const ended = new AbortController();
  client.on('close', () => {
    ended.abort();
    upstream.close();
  });
  client.on('error', () => client.terminate());
  client.on('message', (data) => {
    const frame = parseFrame(textOf(data));
    const body = new TextEncoder().encode(frame.body);
    const request = { method: 'POST', path: '/', headers: {}, body };
    counter.underWay++;
    line
      .carry(request, () => upstream.ask(frame), ended.signal)
      .then((carried) => answer(client, String(frame.head['request']), carried))
      .catch(() => client.terminate())
      .finally(() => counter.underWay--);
  });
}

function answer(client: WebSocket, request: string, carried: CarriedExchange): void {
  if (client.readyState !== WebSocket.OPEN) return;
  if (carried.kind === 'broken') {
    client.terminate();
    return;
  }
  const { status, headers, body } = carried.answer;
  // What the proxy makes up comes with the proxy's own time, as from a portal over HTTP.
  const date = headers['date'] ?? new Date(systemClock.now()).toUTCString();
  const text = `${JSON.stringify({ request, status, date })}\n${new TextDecoder().decode(body)}`;
  if (carried.kind === 'whole') client.send(text);
  // A message's first fragment, whose others never come.
  else client.send(text.slice(0, text.length >> 1), { fin: false }, () => client.terminate());
}

interface Frame {
  readonly head: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function parseFrame(text: string): Frame {
  const end = text.indexOf('\n');
  const head = JSON.parse(text.slice(0, end)) as Frame['head'];
  return { head, body: text.slice(end + 1) };
}

function textOf(data: RawData): string {
  return (data as Buffer).toString('utf8');
}

/** The way to the server for one client, opened when there is something to ask. */
class Upstream {
  readonly #url: string;
  readonly #protocol: string;
  readonly #waiting = new Map<string, (answer: HttpAnswer) => void>();
  #socket: WebSocket | undefined;
  #asked = 0;

  constructor(url: string, protocol: string) {
    this.#url = url;
    this.#protocol = protocol;
  }

  /** Under an id of its own, since a doubled request has the same twice. */
  async ask({ head, body }: Frame): Promise<HttpAnswer> {
    const socket = (this.#socket ??= this.#open());
    if (socket.readyState === WebSocket.CONNECTING) await once(socket, 'open');
    const request = String(++this.#asked);
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, resolve);
      socket.once('close', () => reject(new Error('The server behind the proxy closed its socket.')));
      socket.send(`${JSON.stringify({ ...head, request })}\n${body}`);
    });
  }

  close(): void {
    this.#socket?.close();
  }

  #open(): WebSocket {
    const socket = new WebSocket(this.#url, this.#protocol);
    socket.setMaxListeners(0);
    socket.on('message', (data) => {
      const { head, body } = parseFrame(textOf(data));
      const answered = this.#waiting.get(String(head['request']));
      const headers = { date: String(head['date']) };
      answered?.({ status: Number(head['status']), headers, body: new TextEncoder().encode(body) });
    });
    return socket;
  }
}
