import Database from 'better-sqlite3';
import {
  applied,
  later,
  type OperationHandler,
  Receiver,
  rejected,
  SqliteEffectStore,
  type WireHeaders,
} from '@cpc/server';
import type { ConformanceWrite, TransportEffect } from '@cpc/testing';

type Db = Database.Database;

export interface ConformanceReceiver {
  readonly receiver: Receiver<Db>;
  effects(): readonly TransportEffect[];
  /** Holds every operation before its effect until the returned function is called. */
  hold(): () => void;
  close(): void;
}

/** The largest body of a single operation, and of a batch, that it takes. */
export const MAX_BYTES = { single: 256_000, batch: 1_000_000 };

/** The real receiver, with the kinds and the people that the suite for transports speaks of. */
export function openConformanceReceiver(): ConformanceReceiver {
  const database = new Database(':memory:');
  database.exec(`CREATE TABLE effects (id TEXT, principal TEXT, payload TEXT);
    CREATE TABLE stalls (entity TEXT PRIMARY KEY, value TEXT, version INTEGER)`);
  let gate = Promise.resolve();
  const write: OperationHandler<Db> = {
    prepare: () => gate,
    apply({ key, principal, payload }, tx) {
      const { answer, text, position } = payload as ConformanceWrite;
      tx.prepare('INSERT INTO effects VALUES (?, ?, ?)').run(key, principal, JSON.stringify(payload));
      if (answer === 'refused') return rejected('REFUSED', 'The payload asked for it.');
      if (answer === 'later') return later(7, 'The payload asked for it.');
      if (answer === 'failed') throw new Error('The payload asked for it.');
      return applied({ text }, undefined, position === undefined ? {} : { position });
    },
  };
  const receiver = new Receiver<Db>(
    {
      store: new SqliteEffectStore(database),
      handlers: { 'conformance.write': write, 'conformance.rename': rename },
      authenticate: principalOf,
      // Some payloads ask for it.
      onError: () => undefined,
    },
    { maxPayloadBytes: MAX_BYTES.single, maxBatchBytes: MAX_BYTES.batch },
  );
  return {
    receiver,
    effects: () => database.prepare('SELECT * FROM effects').all().map(toEffect),
    hold() {
      let release = (): void => undefined;
      gate = new Promise((resolve) => (release = resolve));
      return release;
    },
    close: () => void database.close(),
  };
}

/** Ann and Bob are known; everybody else is sent to sign in. */
function principalOf(headers: WireHeaders): string | undefined {
  return /^Bearer (ann|bob)$/.exec(headers.get('authorization') ?? '')?.[1];
}

function toEffect(row: unknown): TransportEffect {
  const { id, principal, payload } = row as { id: string; principal: string; payload: string };
  return { id, principal, payload: JSON.parse(payload) as unknown };
}

const rename: OperationHandler<Db> = {
  current({ entity }, tx) {
    const row = tx.prepare('SELECT value, version FROM stalls WHERE entity = ?').get(entity) as
      { value: string; version: number } | undefined;
    return row && { value: JSON.parse(row.value) as unknown, version: String(row.version) };
  },
  apply({ entity, payload }, tx) {
    const version = tx
      .prepare(
        `INSERT INTO stalls VALUES (?, ?, 1)
         ON CONFLICT DO UPDATE SET value = excluded.value, version = version + 1 RETURNING version`,
      )
      .pluck()
      .get(entity, JSON.stringify(payload));
    return applied(undefined, String(version));
  },
};
