import type { PayloadCodec, QueueStorage } from '@cpc/sync-core';

/** What the conformance suite asks of an implementation's test besides the storage itself. */
export interface QueueStorageHarness {
  /** A new, empty storage, not yet opened. */
  readonly storage: QueueStorage;
  /**
   * Ends every instance that is open, and gives a new one, not yet opened, on the same data. Called only where
   * the storage `supports.durable`.
   */
  reopen(): Promise<QueueStorage>;
  /**
   * The same as {@link reopen}, with a payload codec, for the instance that it gives alone. Needed where the storage takes
   * one and is durable.
   */
  reopenWith?(codec: PayloadCodec): Promise<QueueStorage>;
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
  /** Makes the next durable step of the storage fail, before anything of it was written. */
  failNextWrite?(): void | Promise<void>;
  /** Makes the next durable step fail when half of it, or all, was written: what a crash in the very commit leaves. */
  tearNextWrite?(): void | Promise<void>;
  /** Fills the disk or the quota; the returned function makes room again. */
  fillDisk?(): (() => void | Promise<void>) | Promise<() => void | Promise<void>>;
  /** Holds up every durable step of the storage, as a slow disk or another holder of its lock does. */
  holdWrites?(): HeldWrites | Promise<HeldWrites>;
  /** Takes the storage's handle away, as a browser or another process may. */
  loseHandle?(): void | Promise<void>;
}

/** Durable steps that wait. */
export interface HeldWrites {
  /** Resolves as soon as a step of the storage waits. */
  readonly reached: Promise<void>;
  /** Lets all go on that wait, and those that come. Called once. */
  readonly release: () => void | Promise<void>;
}
