// #region definitions
import { defineOperation } from '@cpc/sync-core';

export const renameStall = defineOperation('stall.rename', {
  entity: ({ stall }: { stall: number; name: string }) => `stalls/${stall}`,
});
export const sellFish = defineOperation('stall.sellFish', {
  entity: ({ stall }: { stall: number; kilos: number }) => `stalls/${stall}`,
});
// #endregion

// #region handlers
import { applied, handleAll, Receiver, rejected, SqliteEffectStore } from '@cpc/server';
import type Database from 'better-sqlite3';

const handlers = handleAll(
  { renameStall, sellFish }, // a handler that is missing does not compile
  {
    renameStall: {
      apply({ payload }, tx: Database.Database) {
        tx.prepare('INSERT OR REPLACE INTO stall VALUES (?, ?)').run(payload.stall, payload.name);
        return applied();
      },
    },
    sellFish: {
      apply({ payload }, tx) {
        const stall = tx.prepare('SELECT name FROM stall WHERE id = ?').get(payload.stall);
        if (stall === undefined) return rejected('NO_STALL', 'This stall is not known yet.');
        tx.prepare('INSERT INTO sale VALUES (?, ?)').run(payload.stall, payload.kilos);
        return applied();
      },
    },
  },
);

export const receiverOn = (database: Database.Database) =>
  new Receiver({ store: new SqliteEffectStore(database), onError: console.error, handlers });
// #endregion
