import type { QueueStorage } from '@cpc/sync-core';

/** A command that the model and the storage under test both run; what it returns must be the same. */
export interface Command {
  readonly text: string;
  /**
   * @param tokens - the tokens that this storage gave, by number of the claim: each storage counts in its own way
   */
  run(storage: QueueStorage, tokens: number[]): Promise<unknown>;
}
