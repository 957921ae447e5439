import type { IncomingMessage } from 'node:http';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { fromQuery } from '../shared/fault-settings.js';
import type { Intake } from './intake.js';
import type { MarketDatabase } from './market-database.js';
import type { NewsDesk } from './news-desk.js';
import { personOf } from './person-of.js';
import { securityHeaders } from './security-headers.js';

export interface AppParts {
  readonly market: MarketDatabase;
  readonly news: NewsDesk;
  readonly intake: Intake;
  readonly pageFolder: string;
}

interface Bindings {
  readonly incoming: IncomingMessage;
}

type AppContext = Context<{ Bindings: Bindings }>;

/** The routes: operations in, the market's state and news out, and the page's own files. */
export function createApp({ market, news, intake, pageFolder }: AppParts): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  app.use(securityHeaders);
  app.post('/sync/*', (context) => takeOperations(intake, context));
  app.get('/api/market', (context) => {
    const person = personOf(context.req.raw.headers);
    if (person === undefined) return context.json({ title: 'Sign in first.' }, 401);
    return context.json(market.copyFor(person), 200, { 'Cache-Control': 'no-store' });
  });
  app.put('/api/faults', (context) => {
    const { seed, places } = fromQuery(new URL(context.req.url).search);
    intake.plan(places.server, seed);
    return context.body(null, 204);
  });
  app.get('/api/events', (context) =>
    streamSSE(context, async (stream) => {
      const ended = new Promise<void>((resolve) => stream.onAbort(() => resolve()));
      const unsubscribe = news.subscribe((data) => void stream.writeSSE({ event: 'news', data }));
      await ended;
      unsubscribe();
    }),
  );
  app.use('/*', serveStatic({ root: pageFolder, onFound: setCaching }));
  return app;
}

/** Where the plan of faults breaks the connection, it is broken for real: the browser sees a reset. */
async function takeOperations(intake: Intake, context: AppContext): Promise<Response> {
  try {
    const answer = await intake.answer(context.req.raw);
    // Read here, so that half an answer is a broken connection as well, and not an error of the server's.
    return new Response(await answer.arrayBuffer(), answer);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    context.env.incoming.socket.destroy();
    return context.body(null, 500);
  }
}

/** Files with a digest in their name never change; all others are asked for anew. */
function setCaching(path: string, context: { header(name: string, value: string): void }): void {
  const isHashed = path.includes('/assets/');
  context.header('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
}
