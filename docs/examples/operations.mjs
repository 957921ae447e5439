// #region operations
import { defineOperation } from '@cpc/sync-core';

/** A sale at a stall of the market; the sales of one stall stay in order. */
export const sell = defineOperation('stall.sell', { entity: ({ stall }) => `stalls/${stall}` });
// #endregion
