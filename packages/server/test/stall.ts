import Database from 'better-sqlite3';
import {
  applied,
  Receiver,
  rejected,
  SqliteEffectStore,
  type OperationHandler,
  type ReceiverOptions,
  type ReceiverParts,
  type SqliteEffectStoreOptions,
} from '../src/index.js';

export type Handler = OperationHandler<Database.Database>;

/** A receiver with a few handlers over a small table, and ways to look at what happened. */
export interface Stall {
  readonly database: Database.Database;
  readonly receiver: Receiver<Database.Database>;
  readonly errors: readonly unknown[];
  /** Names that were added, in order: every effect leaves one. */
  effects(): readonly string[];
  post(request: PostedOperation): Promise<Posted>;
  postBatch(items: readonly unknown[], headers?: Record<string, string>): Promise<Posted>;
}

export interface PostedOperation {
  readonly key?: string;
  readonly kind?: string;
  readonly body?: BodyInit;
  readonly headers?: Record<string, string>;
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

interface Named {
  readonly name: string;
}

const add: Handler = {
  apply({ payload }, tx) {
    const { name } = payload as Named;
    tx.prepare('INSERT INTO effects (name) VALUES (?)').run(name);
    if (name === 'refused') return rejected('NAME_REFUSED', 'Choose another name.');
    if (name === 'thrown') throw new Error('the handler is broken');
    return applied({ name, at: tx.prepare('SELECT count(*) AS n FROM effects').get() });
  },
};

const rename: Handler = {
  current: ({ entity }, tx) => {
    const row = tx.prepare('SELECT name, version FROM stalls WHERE id = ?').get(entity) as
      (Named & { version: number }) | undefined;
    return row && { value: { name: row.name }, version: String(row.version) };
  },
  apply({ entity, payload }, tx) {
    const { name } = payload as Named;
    tx.prepare('INSERT INTO effects (name) VALUES (?)').run(name);
    const { version } = tx
      .prepare(
        `INSERT INTO stalls VALUES (?, ?, 1)
         ON CONFLICT DO UPDATE SET name = excluded.name, version = version + 1 RETURNING version`,
      )
      .get(entity, name) as { version: number };
    return applied(undefined, String(version));
  },
};

export interface StallOptions extends ReceiverOptions {
  readonly file?: string;
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly authenticate?: NonNullable<ReceiverParts<Database.Database>['authenticate']>;
  readonly isSamePrincipal?: NonNullable<ReceiverParts<Database.Database>['isSamePrincipal']>;
  readonly store?: SqliteEffectStoreOptions;
}

export function openStall(given: StallOptions = {}): Stall {
  const { file, handlers, authenticate, isSamePrincipal, store, ...options } = given;
  const database = new Database(file ?? ':memory:');
  database.exec(`CREATE TABLE IF NOT EXISTS effects (name TEXT);
    CREATE TABLE IF NOT EXISTS stalls (id TEXT PRIMARY KEY, name TEXT, version INTEGER)`);
  const errors: unknown[] = [];
  const receiver = new Receiver(
    {
      store: new SqliteEffectStore(database, store),
      handlers: { add, rename, ...handlers },
      onError: (error) => void errors.push(error),
      ...(authenticate && { authenticate }),
      ...(isSamePrincipal && { isSamePrincipal }),
    },
    options,
  );
  const send = async (path: string, init: RequestInit): Promise<Posted> =>
    readResponse(
      await receiver.receive(new Request(`https://stall.example${path}`, { method: 'POST', ...init })),
    );
  return {
    database,
    receiver,
    errors,
    effects: () => database.prepare('SELECT name FROM effects').pluck().all() as string[],
    post: ({ key, kind = 'add', body = '{"name":"a"}', headers }) =>
      send(`/operations/${kind}`, {
        body,
        headers: {
          'content-type': 'application/json',
          ...(key !== undefined && { 'idempotency-key': `"${key}"` }),
          ...headers,
        },
      }),
    postBatch: (items, headers) =>
      send('/operations', {
        body: JSON.stringify(items),
        headers: { 'content-type': 'application/json', ...headers },
      }),
  };
}

async function readResponse(response: Response): Promise<Posted> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) as unknown };
}
