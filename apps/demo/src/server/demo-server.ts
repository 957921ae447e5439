import { createServer } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { LedgerEntry, MarketCopy } from '../shared/api.js';
import type { PersonId } from '../shared/people.js';
import { createApp } from './app.js';
import { Intake } from './intake.js';
import { close, listen } from './listen.js';
import { MarketDatabase } from './market-database.js';
import { NewsDesk } from './news-desk.js';
import { openReceiver } from './open-receiver.js';

export interface DemoServerOptions {
  /** Where the database is kept; it must exist. */
  readonly dataFolder: string;
  /** Where the built page lies. */
  readonly pageFolder: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Told of faults that a caller sees as a 500 only. */
  readonly onError: (error: unknown) => void;
}

export interface DemoServer {
  readonly url: string;
  readonly port: number;
  /** Every effect so far, in order. */
  ledger(): readonly LedgerEntry[];
  marketOf(person: PersonId): MarketCopy;
  close(): Promise<void>;
}

/** Opens the database, then listens. What was opened is closed again where something fails. */
export async function startDemoServer(options: DemoServerOptions): Promise<DemoServer> {
  const market = new MarketDatabase(join(options.dataFolder, 'market.sqlite'));
  try {
    return await serve(options, market);
  } catch (error) {
    market.close();
    throw error;
  }
}

async function serve(options: DemoServerOptions, market: MarketDatabase): Promise<DemoServer> {
  const news = new NewsDesk(() => market.news());
  const receiver = await openReceiver(market, options.onError);
  const intake = new Intake(receiver.receive, () => news.publish());
  const app = createApp({ market, news, intake, pageFolder: options.pageFolder });
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response));
  const port = await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    ledger: () => market.ledger(),
    marketOf: (person) => market.copyFor(person),
    close: async () => {
      news.close();
      await close(server);
      market.close();
    },
  };
}
