import { SyncError, type SyncFailure } from '@cpc/sync-core';
import type { SqliteDriver } from '../drivers/sqlite-driver.js';

/** The log is looked at whenever so many commits were made. */
const LOOK_EVERY = 200;

/** From this length on, which is four times what is usual, somebody is told who holds it. */
const TOLD_BYTES = 16_000_000;

export interface WriteAheadLogOptions {
  /** How long the log may become before nothing is added to the queue any more. */
  readonly maxBytes: number;
  /** Hears that the log cannot be emptied; again whenever it has doubled. */
  readonly onHeld: (failure: SyncFailure) => void;
}

/**
 * Watches over SQLite's log, to which every commit is appended. SQLite begins it anew whenever all of it was moved into
 * the file and nobody reads an older state any more. One reader that stays open prevents that, and the log then grows
 * with every commit: somebody is told, and from a bound on nothing is added, so that only what takes operations out of
 * the queue makes it longer.
 */
export class WriteAheadLog {
  readonly #driver: SqliteDriver;
  readonly #options: WriteAheadLogOptions;
  #commits = 0;
  #toldBytes = TOLD_BYTES;
  #isFull = false;

  constructor(driver: SqliteDriver, options: WriteAheadLogOptions) {
    this.#driver = driver;
    this.#options = options;
  }

  /** A commit was made. */
  written(): void {
    if (++this.#commits % LOOK_EVERY === 0) this.#look();
  }

  /** @throws SyncError `STORAGE_BUSY` where the log is as long as it may become */
  checkRoom(): void {
    if (this.#isFull && this.#look()) throw new SyncError('STORAGE_BUSY', messageOf(this.#options.maxBytes));
  }

  /** Moves what it can into the file, and sees what is left. @returns whether that is as much as there may be */
  #look(): boolean {
    const [, frames, moved] = (this.#driver.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ??
      []) as number[];
    const [pageBytes] = (this.#driver.prepare('PRAGMA page_size').get() ?? []) as number[];
    // All of it moved: the next commit begins it anew.
    const isHeld = frames !== undefined && moved !== undefined && moved < frames;
    const bytes = isHeld ? frames * (pageBytes ?? 0) : 0;
    this.#isFull = bytes >= this.#options.maxBytes;
    if (bytes < TOLD_BYTES) this.#toldBytes = TOLD_BYTES;
    if (bytes >= this.#toldBytes) {
      this.#toldBytes = 2 * bytes;
      this.#options.onHeld({ code: 'STORAGE_LOG_HELD', message: messageOf(bytes) });
    }
    return this.#isFull;
  }
}

function messageOf(bytes: number): string {
  return (
    `The log beside the database holds ${Math.round(bytes / 1_000_000)} MB that cannot be moved into it, since a ` +
    'connection goes on reading an older state. Look for a transaction that is never ended, or a statement that is ' +
    'never read to its end, in this process or another.'
  );
}
