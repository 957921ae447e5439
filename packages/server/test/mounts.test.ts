import { expect, test } from '@jest/globals';
import { Module, type INestApplication, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import fastify, { type FastifyInstance } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { fetchToNode, toNodeHandler } from '../src/index.js';
import { openStall, type Stall } from './stall.js';

/** A server that was started with a receiver in it. */
interface Mounted {
  /** Where batches go. */
  readonly url: string;
  close(): Promise<unknown>;
}

async function listen(listener: RequestListener, path = '/operations'): Promise<Mounted> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Its parser unfolds no compressed bodies. */
const FASTIFY_PARSED = 'Fastify, behind its parser';

/** The ways to mount a receiver that the documentation names. */
const MOUNTS: Readonly<Record<string, (stall: Stall) => Promise<Mounted>>> = {
  'node:http': ({ receiver }) =>
    listen((request, response) => void toNodeHandler(receiver)(request, response)),
  'node:http through the Fetch API': ({ receiver }) =>
    listen((request, response) => void fetchToNode(receiver.receive)(request, response)),
  'Express, under a path': ({ receiver }) =>
    listen(express().use('/operations', toNodeHandler(receiver)) as RequestListener),
  'Express, under another path': ({ receiver }) =>
    listen(express().use('/api/v1/sync', toNodeHandler(receiver)) as RequestListener, '/api/v1/sync'),
  'Express, in a router under a prefix': ({ receiver }) => {
    const router = express.Router().use(toNodeHandler(receiver));
    return listen(express().use('/api', router) as RequestListener, '/api/operations');
  },
  'Express, behind express.json()': ({ receiver }) => {
    const app = express()
      .use(express.json({ limit: '4mb' }))
      .use('/operations', toNodeHandler(receiver));
    return listen(app as RequestListener);
  },
  'Express, behind express.raw()': ({ receiver }) => {
    const app = express()
      .use(express.raw({ type: '*/*' }))
      .use('/operations', toNodeHandler(receiver));
    return listen(app as RequestListener);
  },
  'Express, behind express.text()': ({ receiver }) => {
    const app = express()
      .use(express.text({ type: '*/*' }))
      .use('/operations', toNodeHandler(receiver));
    return listen(app as RequestListener);
  },
  Fastify: ({ receiver }) =>
    fastifyWith((app) => {
      app.removeAllContentTypeParsers();
      app.addContentTypeParser('*', (_request, _body, done) => done(null));
      app.post('/operations*', (request, reply) => {
        reply.hijack();
        return toNodeHandler(receiver)(request.raw, reply.raw);
      });
    }),
  [FASTIFY_PARSED]: ({ receiver }) =>
    fastifyWith((app) => {
      app.post('/operations*', (request, reply) => {
        reply.hijack();
        return toNodeHandler(receiver)(Object.assign(request.raw, { body: request.body }), reply.raw);
      });
    }),
  Hono({ receiver }) {
    const app = new Hono().post('/operations/*', (context) => receiver.receive(context.req.raw));
    return listen(
      (request, response) => void fetchToNode(async (read) => app.fetch(read))(request, response),
    );
  },
  Koa({ receiver }) {
    const handler = toNodeHandler(receiver);
    const app = new Koa().use(async (context, next) => {
      if (!context.path.startsWith('/operations')) {
        await next();
        return;
      }
      context.respond = false;
      await handler(context.req, context.res);
    });
    return listen(callbackOf(app));
  },
  NestJS: ({ receiver }) => nest((app) => app.use('/operations', toNodeHandler(receiver))),
};

function callbackOf(app: Koa): RequestListener {
  const callback = app.callback();
  return (request, response) => void callback(request, response);
}

async function fastifyWith(mount: (app: FastifyInstance) => void): Promise<Mounted> {
  const app = fastify();
  mount(app);
  return { url: `${await app.listen({ port: 0, host: '127.0.0.1' })}/operations`, close: () => app.close() };
}

// The package declares its options as a class, of which nobody makes an instance.
// eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
const QUIET: NestApplicationOptions = { logger: false };

async function nest(mount: (app: INestApplication) => unknown): Promise<Mounted> {
  const App = class {
    readonly name = 'stall';
  };
  Module({})(App);
  const app = await NestFactory.create(App, QUIET);
  mount(app);
  await app.listen(0, '127.0.0.1');
  return { url: `${await app.getUrl()}/operations`, close: () => app.close() };
}

/** A spelling that no parser keeps. */
const BODY = '{ "name" : "a",\n "big":1e2, "none": null, "ä": "\\ud83d\\udc1f" }';

function post(url: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}

const single = (
  mounted: Mounted,
  key: string,
  body: BodyInit,
  headers?: Record<string, string>,
): Promise<Response> => post(`${mounted.url}/add`, body, { 'idempotency-key': `"${key}"`, ...headers });

test.each(Object.entries(MOUNTS))(
  '%s: an operation, its repeat, a batch and a refusal',
  async (name, mount) => {
    const stall = openStall();
    const mounted = await mount(stall);
    try {
      const first = await single(mounted, 'k', BODY);
      const text = await first.text();
      expect({ status: first.status, text }).toMatchObject({ status: 200 });
      const repeat = await single(mounted, 'k', BODY);
      expect(await repeat.text()).toBe(text);
      const batch = [{ idempotencyKey: 'k', kind: 'add', payload: JSON.parse(BODY) as unknown }];
      expect(await (await post(mounted.url, JSON.stringify(batch))).text()).toBe(`[${text}]`);
      if (name !== FASTIFY_PARSED) {
        const zipped = await single(mounted, 'k', new Uint8Array(gzipSync(BODY)), {
          'content-encoding': 'gzip',
        });
        expect(await zipped.text()).toBe(text);
      }
      const other = await single(mounted, 'k', '{"name":"b"}');
      expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([422, 'KEY_REUSED']);
      expect(stall.effects()).toEqual(['a']);
      expect(stall.errors).toEqual([]);
    } finally {
      await mounted.close();
    }
  },
);

/** Ways in which the body is gone before the receiver gets it. */
const CONSUMED: Readonly<Record<string, (stall: Stall) => Promise<Mounted>>> = {
  'a listener that read the body and kept nothing': ({ receiver }) =>
    listen((request, response) => {
      request.resume().once('end', () => void toNodeHandler(receiver)(request, response));
    }),
  'a route of Fastify that does not hand the body on': ({ receiver }) =>
    fastifyWith((app) => {
      app.post('/operations/*', (request, reply) => {
        reply.hijack();
        return toNodeHandler(receiver)(request.raw, reply.raw);
      });
    }),
  'a middleware of the Fetch API that read the request': ({ receiver }) =>
    listen((request, response) => {
      const handler = fetchToNode(async (read) => {
        await read.json();
        return receiver.receive(read);
      });
      void handler(request, response);
    }),
};

test.each(Object.entries(CONSUMED))('%s: 500 at once, and onError is told', async (_, mount) => {
  const stall = openStall();
  const mounted = await mount(stall);
  try {
    const answer = await single(mounted, 'k', BODY);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ code: 'BODY_CONSUMED', idempotencyKey: 'k' });
    expect(stall.errors.map(String)).toEqual([
      expect.stringMatching(/^BodyConsumed: The body of the request was read before the receiver got it/),
    ]);
    expect(stall.effects()).toEqual([]);
  } finally {
    await mounted.close();
  }
});

test('an address that is nobody’s says where the receiver is', async () => {
  const stall = openStall();
  const mounted = await MOUNTS['node:http']!(stall);
  try {
    const answer = await post(`${mounted.url}s/add`, BODY);
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ detail: 'The receiver takes POST /operations and /operations/<kind>.' }),
    ]);
  } finally {
    await mounted.close();
  }
});
