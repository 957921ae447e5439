import type { Bytes } from './bytes.js';

/**
 * Turns payloads into the bytes that a storage writes, and back: encryption, compression. Everything else about
 * an operation, its kind, entity and times among it, is stored readable, since storages order and search by it.
 *
 * A storage encodes before it begins its atomic step and decodes outside of it, so both may take their time.
 */
export interface PayloadCodec {
  encode(payload: string): Promise<Bytes>;

  /**
   * Rejects with `STORAGE_DAMAGED` where the bytes are not what `encode` made: the storage then puts the record
   * into quarantine, if it knows the key to be the one of before. Any other rejection, as for a key that is not there
   * now, fails the call that needed the payload and changes nothing.
   */
  decode(bytes: Bytes): Promise<string>;

  /**
   * The name of the key with which `encode` made these bytes, as they tell it, for a codec that may have several. A
   * storage keeps a check value for each name, which the codec itself encoded, and rejects with `STORAGE_KEY_WRONG` where
   * the codec has come to have another key under it. Pure and quick; bytes of another codec have none.
   *
   * @defaultValue one key, without a name
   */
  keyOf?(bytes: Uint8Array): string | number | undefined;
}
