import type { StoredOperation } from './operation-record.js';
import type { Operation } from './operation.js';

/** What apps, transports and resolvers see of a stored operation. The payload is parsed when it is first read. */
export interface QueuedOperation extends Operation, Omit<StoredOperation, 'payload'> {}

export function toOperation(stored: StoredOperation): QueuedOperation {
  return new LazyOperation(stored) as unknown as QueuedOperation;
}

/** Reads the payload late: most are passed on as text and never looked into. */
class LazyOperation {
  declare readonly payloadJson: string;
  #payload: unknown;
  #isParsed = false;

  constructor(stored: StoredOperation) {
    const { payload, ...rest } = stored;
    Object.assign(this, rest);
    this.payloadJson = payload;
  }

  get payload(): unknown {
    if (!this.#isParsed) this.#payload = JSON.parse(this.payloadJson);
    this.#isParsed = true;
    return this.#payload;
  }
}
