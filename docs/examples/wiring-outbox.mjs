// #region outbox
import { openOutbox } from '@cpc/outbox/node';
import { sell } from './operations.mjs';

export async function wireOutbox(database, endpoint) {
  return openOutbox({ database, endpoint, operations: [sell] });
  // { queue, worker, storage, transport, monitor, open, start, close }, and what `await using` needs
}
// #endregion
