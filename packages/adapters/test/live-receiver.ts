import Database from 'better-sqlite3';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  applied,
  Receiver,
  rejected,
  SqliteEffectStore,
  toNodeHandler,
  type OperationHandler,
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
  const server = createServer((request, response) => void listener(request, response));
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

/** The real receiver on a real server: kinds `add` (any name but "poison") and `rename` (with versions). */
export async function startReceiver(): Promise<LiveReceiver> {
  const database = new Database(':memory:');
  database.exec(`CREATE TABLE effects (principal TEXT, entity TEXT, name TEXT);
    CREATE TABLE names (entity TEXT PRIMARY KEY, name TEXT, version INTEGER)`);
  const gate = { opened: Promise.resolve() };
  const receiver = new Receiver({
    store: new SqliteEffectStore(database),
    handlers: { add: addHandler(gate), rename: renameHandler },
    authenticate: (headers) => /^Bearer (\w+)$/.exec(headers.get('authorization') ?? 'Bearer anybody')?.[1],
    onError: (error) => {
      throw error;
    },
  });
  const server = await listen(toNodeHandler(receiver));
  return {
    ...server,
    endpoint: `${server.origin}/operations`,
    effects: () => database.prepare('SELECT * FROM effects').all() as Effect[],
    get gate() {
      return gate.opened;
    },
    set gate(opened) {
      gate.opened = opened;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      database.close();
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
