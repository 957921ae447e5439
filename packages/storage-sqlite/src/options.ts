import { type Clock, type PayloadCodec, type RandomSource, systemClock, systemRandom } from '@cpc/sync-core';
import type { SqliteDurability } from './connection/open-driver.js';
import { bindingNamed, foundBinding, type SqliteBindingName } from './drivers/find-binding.js';
import type { SqliteBinding } from './drivers/sqlite-driver.js';
import { checkQueueName } from './schema/tables.js';

export interface SqliteStorageOptions {
  /**
   * Path of the database file; created where there is none. It may be the app's own: the storage keeps to tables
   * that begin with `cpc_`. It must lie on a local disk, since a write-ahead log does not work across a network.
   */
  readonly file: string;
  /**
   * Name of the queue within the file: 1 to 40 of a-z, 0-9 and _, beginning with a letter.
   *
   * @defaultValue "queue"
   */
  readonly queue?: string;
  /**
   * The SQLite to use: one that is built in, or your own {@link SqliteBinding}.
   *
   * @defaultValue better-sqlite3 where it is installed, else `node:sqlite`
   */
  readonly binding?: SqliteBindingName | SqliteBinding;
  /**
   * `full`: what was acknowledged survives a power cut. `normal`: it survives the end of the process, but the
   * latest changes may be undone by a power cut; operations that were acknowledged to the app can then be lost.
   *
   * @defaultValue "full"
   */
  readonly durability?: SqliteDurability;
  /** Writes payloads as other bytes, encrypted for example. Kinds, entities and ids stay readable. */
  readonly codec?: PayloadCodec;
  /**
   * How long a call waits in all for other processes, in milliseconds, before it rejects with `STORAGE_BUSY`. The
   * event loop goes on meanwhile.
   *
   * @defaultValue 10_000
   */
  readonly busyTimeoutMs?: number;
  /**
   * How long SQLite's log may become, in bytes, before `enqueue` and `restore` reject with `STORAGE_BUSY`; the rest goes
   * on. It becomes long only while some connection goes on reading an old state of the file, which the notice
   * `STORAGE_LOG_HELD` tells of from 16 MB on.
   *
   * @defaultValue 256_000_000
   */
  readonly maxLogBytes?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
  /** @defaultValue the system's random source */
  readonly random?: RandomSource;
}

/** The options, checked and with their defaults. */
export interface SqliteStorageSettings {
  readonly file: string;
  readonly queue: string;
  readonly binding: SqliteBinding;
  readonly durability: SqliteDurability;
  readonly codec: PayloadCodec | undefined;
  readonly busyTimeoutMs: number;
  readonly maxLogBytes: number;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export function settingsOf(options: SqliteStorageOptions): SqliteStorageSettings {
  const { file, queue = 'queue', binding, durability = 'full', codec, busyTimeoutMs = 10_000 } = options;
  const { maxLogBytes = 256_000_000 } = options;
  // An empty name and these two are databases that vanish when they are closed.
  if (typeof file !== 'string' || file === '' || file.includes(':memory:')) {
    throw new TypeError(`file must be the path of a database file, got ${JSON.stringify(file)}`);
  }
  if (!['full', 'normal'].includes(durability)) {
    throw new RangeError(`durability must be "full" or "normal", got ${JSON.stringify(durability)}`);
  }
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw new RangeError(`busyTimeoutMs must be 0 or more milliseconds, got ${busyTimeoutMs}`);
  }
  if (!(maxLogBytes > 0)) throw new RangeError(`maxLogBytes must be more than 0 bytes, got ${maxLogBytes}`);
  return {
    file,
    queue: checkQueueName(queue),
    binding: typeof binding === 'string' ? bindingNamed(binding) : (binding ?? foundBinding),
    durability,
    codec,
    busyTimeoutMs,
    maxLogBytes,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
