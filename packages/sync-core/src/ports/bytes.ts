/**
 * Bytes in memory that nobody shares, as cryptography takes them. Written so that TypeScript before 5.7, which knows one
 * kind of `Uint8Array` only, reads it too.
 */
export type Bytes = ReturnType<Uint8Array['slice']>;
