/** The headers of an operation that travels by itself, in lower case. In a batch the same stands in its item. */
export const HEADERS = Object.freeze({
  /** The operation's id, a structured-field string (draft-ietf-httpapi-idempotency-key-header). */
  idempotencyKey: 'idempotency-key',
  /** The version of the record that the change was made on, as an entity tag. */
  ifMatch: 'if-match',
  /**
   * Whose operations they are, as the device calls them, percent-encoded; with a single operation and with a batch.
   * Absent where they are nobody's.
   */
  principal: 'sync-principal',
  /** The entity, percent-encoded. */
  entity: 'sync-entity',
  /** When the change was made, percent-encoded. */
  timestamp: 'sync-timestamp',
  /** The version of the payload's shape. */
  version: 'sync-version',
});

/** The version of the protocol that this package describes. */
export const PROTOCOL_VERSION = 1;

/** The subprotocol of a WebSocket. */
export const SUBPROTOCOL = `cpc-sync.v${PROTOCOL_VERSION}`;
