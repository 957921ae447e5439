import { type Clock, type StorageNotice, type Subscribable, SyncError } from '@cpc/sync-core';
import { isChange, type StorageMethod } from './storage-methods.js';

/**
 * How a call fails:
 *
 * - `failed`: `STORAGE_FAILED`, and nothing happened.
 * - `torn`: `STORAGE_FAILED`, but the change was committed, as after a fault in the very commit.
 * - `full`: `STORAGE_FULL`, and nothing happened.
 * - `busy`: `STORAGE_BUSY`, and nothing happened.
 * - `lost`: the handle is gone: this call and all that follow reject with `STORAGE_CLOSED` until `open` is called, and
 *   a notice says so.
 */
export type StorageFault = 'failed' | 'torn' | 'full' | 'busy' | 'lost';

/** Says what calls of a storage meet, and counts them. */
export class StorageFaults {
  readonly #calls = new Map<StorageMethod, number>();
  readonly #planned = new Map<StorageMethod, (StorageFault | Error)[]>();
  readonly #held = new Map<StorageMethod, Promise<void>>();
  readonly #listeners = new Set<(notice: StorageNotice) => void>();
  #allHeld: { readonly until: Promise<void>; readonly reached: () => void } | undefined;
  #nextWrite: StorageFault | Error | undefined;
  #isFull = false;
  #isLost = false;
  #slow: { readonly ms: number; readonly clock: Clock } | undefined;

  /** What the storage tells of its own accord: that its handle is lost. */
  readonly notices: Subscribable<StorageNotice> = {
    subscribe: (next) => {
      this.#listeners.add(next);
      return { unsubscribe: () => void this.#listeners.delete(next) };
    },
  };

  /** The next calls of a method fail, after those that are planned already. An error of yours changes nothing. */
  failNext(method: StorageMethod, fault: StorageFault | Error = 'failed', times = 1): void {
    const planned = this.#planned.get(method) ?? [];
    this.#planned.set(method, [...planned, ...Array<StorageFault | Error>(times).fill(fault)]);
  }

  /** The next change fails, whichever it is. */
  failNextWrite(fault: StorageFault | Error = 'failed'): void {
    this.#nextWrite = fault;
  }

  /** Every change fails with `STORAGE_FULL`, deletions too, until the returned function makes room. */
  fillDisk(): () => void {
    this.#isFull = true;
    return () => {
      this.#isFull = false;
    };
  }

  /** The handle is gone at once, as when a browser closes a database by force. */
  loseHandle(): void {
    this.#isLost = true;
    const failure = { code: 'STORAGE_CLOSED', message: 'The handle was lost, as the test says.' };
    for (const next of this.#listeners) next({ kind: 'lost', failure });
  }

  /** Every call takes that long before its effect, in milliseconds of the clock; 0 ends it. */
  slowDown(ms: number, clock: Clock): void {
    this.#slow = ms === 0 ? undefined : { ms, clock };
  }

  /** Calls of a method wait before their effect until the returned function is called. */
  hold(method: StorageMethod): () => void {
    let release = (): void => undefined;
    this.#held.set(method, new Promise((resolve) => (release = resolve)));
    return () => {
      this.#held.delete(method);
      release();
    };
  }

  /**
   * Every change waits before its effect until `release` is called; `reached` resolves when the first one waits. Reads
   * go on meanwhile.
   */
  holdWrites(): { readonly reached: Promise<void>; readonly release: () => void } {
    let letGo = (): void => undefined;
    const until = new Promise<void>((resolve) => (letGo = resolve));
    const reached = new Promise<void>((resolve) => (this.#allHeld = { until, reached: resolve }));
    return {
      reached,
      release: () => {
        this.#allHeld = undefined;
        letGo();
      },
    };
  }

  /** Calls of a method so far, those that failed included. */
  calls(method: StorageMethod): number {
    return this.#calls.get(method) ?? 0;
  }

  regainHandle(): void {
    this.#isLost = false;
  }

  /** Lets one call meet what is planned for it. */
  async run<T>(method: StorageMethod, effect: () => Promise<T>): Promise<T> {
    this.#calls.set(method, this.calls(method) + 1);
    const fault = this.#planned.get(method)?.shift() ?? this.#takeNextWrite(method);
    const slow = this.#slow;
    if (slow !== undefined) {
      await new Promise<void>((resolve) => void slow.clock.setTimer(resolve, slow.ms));
    }
    await this.#held.get(method);
    if (this.#allHeld !== undefined && isChange(method)) {
      this.#allHeld.reached();
      await this.#allHeld.until;
    }
    if (fault === 'lost') this.loseHandle();
    if (this.#isLost && method !== 'open' && method !== 'close') throw errorOf('lost', method);
    if (this.#isFull && isChange(method)) throw errorOf('full', method);
    if (fault instanceof Error) throw fault;
    if (fault === undefined || fault === 'lost') return effect();
    if (fault === 'torn') await effect();
    throw errorOf(fault, method);
  }

  #takeNextWrite(method: StorageMethod): StorageFault | Error | undefined {
    if (!isChange(method)) return undefined;
    const fault = this.#nextWrite;
    this.#nextWrite = undefined;
    return fault;
  }
}

const CODE_OF = {
  failed: 'STORAGE_FAILED',
  torn: 'STORAGE_FAILED',
  full: 'STORAGE_FULL',
  busy: 'STORAGE_BUSY',
  lost: 'STORAGE_CLOSED',
} as const;

function errorOf(fault: StorageFault, method: StorageMethod): SyncError {
  return new SyncError(CODE_OF[fault], `${method} failed, as the test says: ${fault}.`);
}
