import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { isPersonId } from '../shared/people.js';
import type { MarketDatabase } from './market-database.js';
import type { NewsDesk } from './news-desk.js';
import { personOf } from './person-of.js';
import { securityHeaders } from './security-headers.js';

export interface AppParts {
  readonly market: MarketDatabase;
  readonly news: NewsDesk;
  /** Takes operations: see {@link createIntake}. */
  readonly intake: (request: Request) => Promise<Response>;
  readonly pageFolder: string;
}

/** The routes: operations in, records and news out, and the page's own files. */
export function createApp({ market, news, intake, pageFolder }: AppParts): Hono {
  const app = new Hono();
  app.use(securityHeaders);
  app.post('/sync/*', (context) => intake(context.req.raw));
  app.get('/api/people/:person', (context) => {
    const person = context.req.param('person');
    if (!isPersonId(person)) return context.notFound();
    if (personOf(context.req.raw.headers) !== person) return context.json({ title: 'Sign in first.' }, 401);
    return context.json(market.recordOf(person), 200, { 'Cache-Control': 'no-store' });
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

/** Files with a digest in their name never change; all others are asked for anew. */
function setCaching(path: string, context: { header(name: string, value: string): void }): void {
  const isHashed = path.includes('/assets/');
  context.header('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
}
