// #region receiver
import { applied, Receiver, rejected } from '@cpc/server';
import { type PostgresClient, type PostgresDatabase, PostgresEffectStore } from '@cpc/server/postgres';

/** @param database - `fromPool(new Pool({ connectionString }))`, or a `PGlite` */
export function receiverOn(database: PostgresDatabase<PostgresClient>) {
  return new Receiver({
    store: new PostgresEffectStore(database),
    onError: (error) => console.error(error),
    handlers: {
      'stall.sell': {
        async apply({ payload }, tx) {
          const { stall, kilos } = payload as { stall: number; kilos: number };
          const { rows } = await tx.query(
            'UPDATE stock SET kilos = kilos - $2 WHERE stall = $1 AND kilos >= $2 RETURNING kilos',
            [stall, kilos],
          );
          return rows.length === 1 ? applied(rows[0]) : rejected('SOLD_OUT', 'There is not enough left.');
        },
      },
    },
  });
}
// #endregion
