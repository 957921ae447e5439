/**
 * What an operation may be, the same on the device that takes it and at the receiver that applies it: what the door
 * lets in must not be refused for its form at the other end. Both may be given other numbers; then in both places.
 */
export const LIMITS = Object.freeze({
  /** The most characters of an id, which is the idempotency key: printable ASCII, since it stands in a header. */
  maxKeyLength: 255,
  /**
   * The most UTF-16 units of a kind, an entity, a principal, a timestamp and a version of a record. In a header each
   * takes at most 2,295 bytes, so that all of them fit beside an app's credentials into the 16 kB that servers read.
   */
  maxNameLength: 255,
  /**
   * The most UTF-16 units of a position in the feed of changes: a channel's name, which may be a principal's, and a
   * number. It stands in no header.
   */
  maxPositionLength: 300,
  /** The largest version of a payload's shape: nine digits, which fit into 32 bits. */
  maxShapeVersion: 999_999_999,
  /**
   * The most bytes of a payload, as JSON in UTF-8. With its envelope it stays below 1 MiB, which is what the usual
   * servers in front take as a body where nobody said otherwise (nginx, Fastify).
   */
  maxPayloadBytes: 1_000_000,
  /** The most levels of objects and arrays in a payload. Some databases take 100 and no more (MySQL). */
  maxDepth: 64,
  /** The most operations in one request. */
  maxBatchSize: 1_000,
  /** The most bytes of one request: below what gRPC's libraries take as a message (4 MiB). */
  maxBatchBytes: 4_000_000,
});
