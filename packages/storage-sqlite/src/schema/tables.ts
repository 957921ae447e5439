/** The names of a queue's tables and indexes. */
export interface QueueTables {
  readonly operations: string;
  readonly claims: string;
  readonly dependencies: string;
  readonly references: string;
  readonly assignments: string;
  readonly past: string;
  readonly quarantine: string;
  readonly keys: string;
  readonly state: string;
}

/** A queue's name becomes part of table names, so it is held to what needs no quoting. */
const QUEUE_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** Checks the name of a queue; throws a `RangeError` where it is not one. */
export function checkQueueName(queue: string): string {
  if (!QUEUE_NAME.test(queue)) {
    throw new RangeError(
      `queue must be 1 to 40 of a-z, 0-9 and _, beginning with a letter, got ${JSON.stringify(queue)}`,
    );
  }
  return queue;
}

export function tablesOf(queue: string): QueueTables {
  const prefix = `cpc_${checkQueueName(queue)}`;
  return {
    operations: `${prefix}_operations`,
    claims: `${prefix}_claims`,
    dependencies: `${prefix}_dependencies`,
    references: `${prefix}_references`,
    assignments: `${prefix}_assignments`,
    past: `${prefix}_past`,
    quarantine: `${prefix}_quarantine`,
    keys: `${prefix}_keys`,
    state: `${prefix}_state`,
  };
}
