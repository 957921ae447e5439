import type { StoreClient } from './store-client.js';

/** A check as it is written: with a store on an empty database. */
export interface StoreCheck {
  readonly name: string;
  readonly check: <Tx>(client: StoreClient<Tx>) => Promise<void>;
}
