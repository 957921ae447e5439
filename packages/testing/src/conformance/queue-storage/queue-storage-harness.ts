import type { QueueStorage } from '@cpc/sync-core';

/** What the conformance suite asks of an implementation's test besides the storage itself. */
export interface QueueStorageHarness {
  /** A new, empty storage, not yet opened. */
  readonly storage: QueueStorage;
  /**
   * Ends every instance that is open, and gives a new one, not yet opened, on the same data. Called only where
   * the storage `supports.durable`.
   */
  reopen(): Promise<QueueStorage>;
  /** Another instance, not yet opened, on the same data. Needed where the storage `supports.sharing`. */
  second?(): Promise<QueueStorage>;
  /** Damages the stored record of an operation, behind the storage's back. Needed with `supports.quarantine`. */
  damage?(id: string): Promise<void>;
  /** Faults that the test of this implementation can provoke; each one that is there is put to use. */
  readonly faults?: QueueStorageFaults;
  /** Closes and removes everything. Called once, also after a failed case. */
  dispose(): Promise<void>;
}

export interface QueueStorageFaults {
  /** Makes the next durable step of the storage fail. */
  failNextWrite?(): void | Promise<void>;
  /** Fills the disk or the quota; the returned function makes room again. */
  fillDisk?(): (() => void | Promise<void>) | Promise<() => void | Promise<void>>;
  /** Takes the storage's handle away, as a browser or another process may. */
  loseHandle?(): void | Promise<void>;
}
