import Database from 'better-sqlite3';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  applied,
  Receiver,
  rejected,
  SqliteEffectStore,
  toNodeHandler,
  type OperationHandler,
  type ReceiverOptions,
} from '@cpc/server';

type Db = Database.Database;

export interface LiveServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly port: number;
}

/** A server on loopback with the given listener. */
export async function listen(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<LiveServer> {
  return listenOn(createServer((request, response) => void listener(request, response)));
}

/** The server, on loopback and any port that is free. */
export async function listenOn(server: Server): Promise<LiveServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface LiveReceiver extends LiveServer {
  readonly endpoint: string;
  /** Who did what, in order: every effect leaves an entry. */
  effects(): readonly Effect[];
  /** Holds every operation before its effect until the promise is there. */
  gate: Promise<void>;
}

export interface Effect {
  readonly principal: string;
  readonly entity: string | null;
  readonly name: string;
}

/** A receiver without a server, for whatever front a test puts before it. */
export interface OpenReceiver extends Disposable {
  readonly receiver: Receiver<Db>;
  effects(): readonly Effect[];
  gate: Promise<void>;
}

/** The real receiver: kinds `add` (any name but "poison") and `rename` (with versions). */
export function openReceiver(options: ReceiverOptions = {}): OpenReceiver {
  const database = new Database(':memory:');
  database.exec(`CREATE TABLE effects (principal TEXT, entity TEXT, name TEXT);
    CREATE TABLE names (entity TEXT PRIMARY KEY, name TEXT, version INTEGER)`);
  const gate = { opened: Promise.resolve() };
  const receiver = new Receiver(
    {
      store: new SqliteEffectStore(database),
      handlers: { add: addHandler(gate), rename: renameHandler },
      authenticate: (headers) => /^Bearer (\w+)$/.exec(headers.get('authorization') ?? 'Bearer anybody')?.[1],
      onError: (error) => {
        throw error;
      },
    },
    options,
  );
  return {
    receiver,
    effects: () => database.prepare('SELECT * FROM effects').all() as Effect[],
    get gate() {
      return gate.opened;
    },
    set gate(opened) {
      gate.opened = opened;
    },
    [Symbol.dispose]: () => database.close(),
  };
}

/** The real receiver behind `node:http`. */
export async function startReceiver(): Promise<LiveReceiver> {
  const open = openReceiver();
  const server = await listen(toNodeHandler(open.receiver));
  return liveReceiver(open, server);
}

/** A receiver and the server before it as one. */
export function liveReceiver(open: OpenReceiver, server: LiveServer): LiveReceiver {
  return {
    ...server,
    endpoint: `${server.origin}/operations`,
    effects: () => open.effects(),
    get gate() {
      return open.gate;
    },
    set gate(opened) {
      open.gate = opened;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      open[Symbol.dispose]();
    },
  };
}

function addHandler(gate: { readonly opened: Promise<void> }): OperationHandler<Db> {
  return {
    prepare: () => gate.opened,
    apply({ principal, entity, payload }, tx) {
      const { name } = payload as { name: string };
      tx.prepare('INSERT INTO effects VALUES (?, ?, ?)').run(principal, entity, name);
      return name === 'poison' ? rejected('POISON', 'Not this one.') : applied({ name });
    },
  };
}

const renameHandler: OperationHandler<Db> = {
  current({ entity }, tx) {
    const row = tx.prepare('SELECT name, version FROM names WHERE entity = ?').get(entity) as
      { name: string; version: number } | undefined;
    return row && { value: { name: row.name }, version: String(row.version) };
  },
  apply({ principal, entity, payload }, tx) {
    const { name } = payload as { name: string };
    tx.prepare('INSERT INTO effects VALUES (?, ?, ?)').run(principal, entity, name);
    const version = tx
      .prepare(
        `INSERT INTO names VALUES (?, ?, 1)
         ON CONFLICT DO UPDATE SET name = excluded.name, version = version + 1 RETURNING version`,
      )
      .pluck()
      .get(entity, name);
    return applied(undefined, String(version));
  },
};
