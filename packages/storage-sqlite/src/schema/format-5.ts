import type { QueueTables } from './tables.js';

/**
 * What format 5 adds: a checksum over each permanent id and the temporary one that it took the place of. An altered one
 * would be written into what mentions it, and sent as if it were right. The migration works them out for the rows there
 * are.
 */
export function createFormat5({ assignments }: QueueTables): string {
  return `ALTER TABLE ${assignments} ADD COLUMN checksum INTEGER;`;
}
