// #region outbox
import { openOutbox, type Outbox } from '@cpc/outbox/node';
import { sell } from './operations.js';

export function wireOutbox(database: string, endpoint: string): Promise<Outbox> {
  return openOutbox({ database, endpoint, operations: [sell] });
  // { queue, worker, storage, transport, monitor, open, start, close }, and what `await using` needs
}
// #endregion
