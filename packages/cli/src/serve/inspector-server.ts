import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { InspectorSource } from '@cpc/devtools/source';
import { messageOf } from '../cli-error.js';
import { CHANGES, READS } from './answer.js';
import { PAGE_FOLDER } from '../page-folder.js';

/** Nothing but the page's own script and styles, nothing framed, nothing sent elsewhere. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/inspector.css': ['inspector.css', 'text/css; charset=utf-8'],
  '/inspector.js': ['inspector.js', 'text/javascript; charset=utf-8'],
};

const NOTHING = { message: 'There is nothing here.' };
const READ_ONLY = { message: 'The file is opened for reading only. Start again with --write.' };

/**
 * Shows the inspector on this machine alone. The address carries a random token behind `#`, which browsers do not
 * send: the page's script sends it with each question, and whoever cannot read the address learns nothing.
 */
export class InspectorServer {
  readonly #source: InspectorSource;
  readonly #token = randomBytes(32).toString('base64url');
  readonly #server: Server;

  constructor(source: InspectorSource) {
    this.#source = source;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @returns the address to open; `port` 0 takes a free one */
  async start(port: number): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://${this.#host}/#${this.#token}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  get #host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else send(response, 409, { message: messageOf(error) });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers, url = '/' } = request;
    const { pathname, searchParams } = new URL(url, `http://${this.#host}`);
    const file = FILES[pathname];
    // Another name for this machine is how a foreign page would get here (DNS rebinding).
    if (headers.host !== this.#host) send(response, 421, { message: 'Not this host.' });
    else if (file !== undefined && method === 'GET') await sendFile(response, file);
    // Browsers ask for it unasked; an empty answer keeps their consoles quiet.
    else if (pathname === '/favicon.ico') response.writeHead(204).end();
    else if (!pathname.startsWith('/api/')) send(response, 404, NOTHING);
    else if (!this.#isAllowed(request)) send(response, 401, { message: 'Open the address with its token.' });
    else await this.#call(response, method, pathname.slice('/api/'.length), searchParams);
  }

  async #call(response: ServerResponse, method: string, name: string, given: URLSearchParams): Promise<void> {
    const calls = method === 'GET' ? READS : method === 'POST' ? CHANGES : {};
    const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
    if (name === 'export' && method === 'GET') await this.#export(response);
    else if (call === undefined) send(response, 404, NOTHING);
    else if (calls === CHANGES && !this.#source.abilities.change) send(response, 403, READ_ONLY);
    else send(response, 200, (await call(this.#source, given)) ?? null);
  }

  #isAllowed({ headers }: IncomingMessage): boolean {
    const given = Buffer.from(headers.authorization ?? '');
    const expected = Buffer.from(`Bearer ${this.#token}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  async #export(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
    await pipeline(this.#source.export(), response);
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

async function sendFile(response: ServerResponse, [file, type]: readonly [string, string]): Promise<void> {
  const content = await readFile(new URL(file, PAGE_FOLDER));
  response.writeHead(200, { 'content-type': type });
  response.end(content);
}
