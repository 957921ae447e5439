import { createServer } from 'node:http';
import { join } from 'node:path';
import type { SyncContainer } from '@cpc/container';
import { getRequestListener } from '@hono/node-server';
import type { RecordedChange, ServerSummary } from '../shared/api.js';
import type { PersonId } from '../shared/people.js';
import { createApp } from './app.js';
import { createIntake } from './intake.js';
import { close, listen } from './listen.js';
import { MarketDatabase } from './market-database.js';
import { NewsDesk } from './news-desk.js';
import { NoticeBoard } from './notice-board.js';
import { openReceiver } from './open-receiver.js';
import { wireServer } from './wire-server.js';

export interface DemoServerOptions {
  /** Where the databases are kept; it must exist. */
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
  summary(): ServerSummary;
  changesOf(person: PersonId): readonly RecordedChange[];
  close(): Promise<void>;
}

/** Opens the databases and the queue, then listens. What was opened is closed again where something fails. */
export async function startDemoServer(options: DemoServerOptions): Promise<DemoServer> {
  const file = (name: string): string => join(options.dataFolder, name);
  const market = new MarketDatabase(file('market.sqlite'));
  const board = new NoticeBoard(file('notices.sqlite'));
  const news = new NewsDesk(() => ({ notices: board.latest() }));
  const sync = wireServer(file('queue.sqlite'), board, () => news.publish());
  const closeAll = async (): Promise<void> => {
    await sync.close();
    board.close();
    market.close();
  };
  try {
    await sync.start();
    return await serve(options, { market, board, news, sync, closeAll });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

interface Parts {
  readonly market: MarketDatabase;
  readonly board: NoticeBoard;
  readonly news: NewsDesk;
  readonly sync: SyncContainer;
  readonly closeAll: () => Promise<void>;
}

async function serve(options: DemoServerOptions, parts: Parts): Promise<DemoServer> {
  const { market, board, news, sync, closeAll } = parts;
  const receiver = await openReceiver(market, options.onError);
  const intake = createIntake(receiver.receive, sync.queue);
  const app = createApp({ market, news, intake, pageFolder: options.pageFolder });
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response));
  const port = await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    summary: () => ({ effects: market.countEffects(), notices: board.count() }),
    changesOf: (person) => market.recordOf(person).changes,
    close: async () => {
      await close(server);
      await closeAll();
    },
  };
}
