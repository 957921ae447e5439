import { type Clock, type PayloadCodec, type RandomSource, systemClock, systemRandom } from '@cpc/sync-core';
import { DEFAULT_STORE_NAME } from './format/store-layout.js';

export type IndexedDbDurability = 'strict' | 'relaxed';

export interface IndexedDbStorageOptions {
  /**
   * Name of the database, one for each queue: 1 to 100 letters, digits, `.`, `_` and `-`. Not together with
   * {@link connect}.
   *
   * @defaultValue "cpc-sync"
   */
  readonly name?: string;
  /**
   * Gives the app's own open database, in which `createQueueStore` made a store, so that `enqueueIn` can join the
   * app's transactions. Called again whenever the last handle turned out to be closed; the app goes on answering
   * `versionchange`.
   */
  readonly connect?: () => IDBDatabase | Promise<IDBDatabase>;
  /**
   * Name of the object store, 1 to 100 letters, digits, `.`, `_` and `-`.
   *
   * @defaultValue "cpc-sync-queue"
   */
  readonly storeName?: string;
  /**
   * `strict`: a commit has reached the disk before its promise resolves. `relaxed`: it has reached the operating
   * system, so a power cut can undo the latest changes, also such that were acknowledged to the app.
   *
   * @defaultValue "strict"
   */
  readonly durability?: IndexedDbDurability;
  /** Writes payloads as other bytes, encrypted for example. Kinds, entities and ids stay readable. */
  readonly codec?: PayloadCodec;
  /**
   * How long opening may wait for other tabs, in milliseconds, before it rejects with `STORAGE_BUSY`.
   *
   * @defaultValue 10_000
   */
  readonly openTimeoutMs?: number;
  /**
   * How long one transaction may take, in milliseconds, the wait for other tabs included, before its calls reject
   * with `STORAGE_BUSY`.
   *
   * @defaultValue 30_000
   */
  readonly transactionTimeoutMs?: number;
  /**
   * Room that is kept in the database, in bytes, so that operations can be delivered and settled when the quota is used
   * up: 524,288 to 67,108,864, or 0 for none, after which a full quota stops delivery.
   *
   * @defaultValue 1_048_576
   */
  readonly reserveBytes?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
  /** @defaultValue the system's random source */
  readonly random?: RandomSource;
}

/** The options, checked and with their defaults. */
export interface IndexedDbSettings {
  readonly name: string;
  readonly connect: (() => IDBDatabase | Promise<IDBDatabase>) | undefined;
  readonly storeName: string;
  readonly durability: IndexedDbDurability;
  readonly codec: PayloadCodec | undefined;
  readonly openTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly reserveBytes: number;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export function settingsOf(options: IndexedDbStorageOptions): IndexedDbSettings {
  const { name, connect, durability = 'strict' } = options;
  if (name !== undefined && connect !== undefined) {
    throw new TypeError('name and connect exclude each other: the name is that of a database of its own');
  }
  if (!['strict', 'relaxed'].includes(durability)) {
    throw new RangeError(`durability must be "strict" or "relaxed", got ${JSON.stringify(durability)}`);
  }
  return {
    name: checkName('name', name ?? 'cpc-sync'),
    connect,
    storeName: checkName('storeName', options.storeName ?? DEFAULT_STORE_NAME),
    durability,
    codec: options.codec,
    openTimeoutMs: checkTimeout('openTimeoutMs', options.openTimeoutMs ?? 10_000),
    transactionTimeoutMs: checkTimeout('transactionTimeoutMs', options.transactionTimeoutMs ?? 30_000),
    reserveBytes: checkReserve(options.reserveBytes ?? MIN_RESERVE_BYTES * 2),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}

/** Checks the name of a database or of an object store. */
export function checkName(option: string, name: string): string {
  if (typeof name !== 'string' || !/^[\w.-]{1,100}$/.test(name)) {
    throw new RangeError(
      `${option} must be 1 to 100 letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}`,
    );
  }
  return name;
}

const MIN_RESERVE_BYTES = 524_288;
const MAX_RESERVE_BYTES = 67_108_864;

function checkReserve(bytes: number): number {
  const isFitting = Number.isInteger(bytes) && bytes >= MIN_RESERVE_BYTES && bytes <= MAX_RESERVE_BYTES;
  if (bytes === 0 || isFitting) return bytes;
  throw new RangeError(
    `reserveBytes must be 0 or an integer from ${MIN_RESERVE_BYTES} to ${MAX_RESERVE_BYTES}, got ${bytes}`,
  );
}

function checkTimeout(option: string, value: number): number {
  if (!Number.isFinite(value) || value <= 0) {
    throw new RangeError(`${option} must be a positive number of milliseconds, got ${value}`);
  }
  return value;
}
