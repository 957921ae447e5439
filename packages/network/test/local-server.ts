import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const behaviours = {
  up: (_request, response) => response.end('market-day\n'),
  portal: (_request, response) => response.end('<html>Welcome! Please sign in.</html>'),
  redirect: (request, response) =>
    request.url === '/portal'
      ? behaviours.portal(request, response)
      : response.writeHead(302, { location: '/portal' }).end(),
  gateway: (_request, response) => response.writeHead(502).end('bad gateway'),
  silent: () => undefined,
} satisfies Record<string, RequestListener>;

/** A real server on this machine that a test takes down, brings back, or hides behind a portal. */
export class LocalServer {
  /** What `/health`, and every other path that has no file, answers. */
  behaviour: keyof typeof behaviours = 'up';
  /** Requests that were received. */
  requests = 0;
  readonly #files: Readonly<Record<string, string>>;
  #server: Server | undefined;
  #port = 0;

  /** @param files - what is there besides, by path; never hidden behind a portal */
  constructor(files: Readonly<Record<string, string>> = {}) {
    this.#files = files;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get url(): string {
    return `${this.origin}/health`;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, on the same port each time. */
  async up(): Promise<void> {
    const server = createServer((request, response) => {
      this.requests++;
      const path = request.url ?? '/';
      const file = this.#files[path];
      if (file === undefined) behaviours[this.behaviour](request, response);
      else
        response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html').end(file);
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops listening and cuts every connection, so that the next one is refused. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
}
