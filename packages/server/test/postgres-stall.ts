import {
  applied,
  Receiver,
  rejected,
  type HandlerAnswer,
  type OperationHandler,
  type ReceivedOperation,
} from '../src/index.js';
import {
  PostgresEffectStore,
  type PostgresClient,
  type PostgresDatabase,
  type PostgresEffectStoreOptions,
} from '../src/postgres.js';
import { emptyDatabase, namesIn } from './postgres-harness.js';

type Handler = OperationHandler<PostgresClient>;

/** A receiver on PostgreSQL, and ways to look at what happened. */
export interface PostgresStall {
  readonly receiver: Receiver<PostgresClient>;
  readonly errors: readonly unknown[];
  effects(): Promise<readonly string[]>;
  post(kind: string, key: string, payload: unknown, headers?: Record<string, string>): Promise<Posted>;
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

interface StallParts {
  readonly database: PostgresDatabase<PostgresClient>;
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly options?: PostgresEffectStoreOptions;
}

/** Opens a stall on an emptied database. */
export async function openPostgresStall({ database, handlers, options }: StallParts): Promise<PostgresStall> {
  await emptyDatabase(database);
  const errors: unknown[] = [];
  const receiver = new Receiver({
    store: new PostgresEffectStore(database, options),
    handlers: { add, rename, ...handlers },
    onError: (error) => void errors.push(error),
    authenticate: (headers) => headers.get('authorization') ?? undefined,
  });
  await receiver.open();
  return {
    receiver,
    errors,
    effects: () => namesIn(database),
    async post(kind, key, payload, headers) {
      const response = await receiver.receive(
        new Request(`https://stall.example/operations/${kind}`, {
          method: 'POST',
          body: JSON.stringify(payload),
          headers: {
            'content-type': 'application/json',
            'idempotency-key': `"${key}"`,
            authorization: 'ann',
            ...headers,
          },
        }),
      );
      const json = (await response.json()) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, json };
    },
  };
}

const nameOf = ({ payload }: ReceivedOperation): string => (payload as { name: string }).name;

async function addEffect(tx: PostgresClient, name: string): Promise<void> {
  await tx.query('INSERT INTO effects (name) VALUES ($1)', [name]);
}

const add: Handler = {
  async apply(operation, tx): Promise<HandlerAnswer> {
    const name = nameOf(operation);
    await addEffect(tx, name);
    return name === 'refused' ? rejected('NAME_REFUSED', 'Choose another name.') : applied({ name });
  },
};

const rename: Handler = {
  async current({ entity }, tx) {
    const { rows } = await tx.query('SELECT name, version FROM stalls WHERE id = $1', [entity]);
    const row = rows[0] as { name: string; version: number } | undefined;
    return row && { value: { name: row.name }, version: String(row.version) };
  },
  async apply(operation, tx) {
    const name = nameOf(operation);
    await addEffect(tx, name);
    const { rows } = await tx.query(
      `INSERT INTO stalls VALUES ($1, $2, 1)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = stalls.version + 1 RETURNING version`,
      [operation.entity, name],
    );
    return applied(undefined, String((rows[0] as { version: number }).version));
  },
};
