// #region operations
import { defineOperation } from '@cpc/sync-core';

export interface Sale {
  stall: number;
  item: string;
  kilos: number;
}

/** A sale at a stall of the market; the sales of one stall stay in order. */
export const sell = defineOperation('stall.sell', { entity: ({ stall }: Sale) => `stalls/${stall}` });
// #endregion
