// #region till
import { defineOperation, openOutbox } from '@cpc/outbox/node';

// One kind of operation. Sales of one stall stay in order; other stalls never wait for them.
type Sale = { stall: number; item: string; kilos: number };
const sell = defineOperation('stall.sell', { entity: ({ stall }: Sale) => `stalls/${stall}` });

const endpoint = process.env.SERVER ?? 'http://127.0.0.1:8080/operations';
const outbox = await openOutbox({ database: 'till.db', endpoint, operations: [sell] });
outbox.queue.events$.subscribe((event) => console.log(event.type, 'id' in event ? event.id : ''));

const [stall, item, kilos] = process.argv.slice(2);
if (item !== undefined)
  await outbox.queue.enqueue(sell, { stall: Number(stall), item, kilos: Number(kilos) });
// #endregion

// The test that runs this file ends it so.
process.once('message', async () => {
  await outbox.close();
  process.disconnect();
});
