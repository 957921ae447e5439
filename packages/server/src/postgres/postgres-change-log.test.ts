import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, test } from '@jest/globals';
import { changeLogCases, KEEP_MS } from '../../test/change-log-cases.js';
import { emptyDatabase } from '../../test/postgres-harness.js';
import { PostgresChangeLog } from './postgres-change-log.js';

const TIMEOUT_MS = 120_000;

let pglite: PGlite | undefined;
beforeAll(async () => {
  pglite = await PGlite.create();
}, TIMEOUT_MS);
afterAll(() => pglite?.close());

test.each(Object.entries(changeLogCases))(
  '%s',
  async (_, run) => {
    const database = pglite!;
    await emptyDatabase(database);
    const clock = { now: 1_800_000_000_000 };
    const log = new PostgresChangeLog(database, { keepTombstonesForMs: KEEP_MS, now: () => clock.now });
    await log.open();
    await log.open();
    await run({
      log,
      clock,
      async record(changes, undone = false) {
        await database.transaction(async (client) => {
          for (const change of changes) await log.record(client, change);
          if (undone) await client.rollback();
        });
      },
    });
  },
  TIMEOUT_MS,
);
