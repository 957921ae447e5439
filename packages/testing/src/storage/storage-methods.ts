import type { QueueStorage } from '@cpc/sync-core';

/** A method of `QueueStorage`. */
export type StorageMethod = Exclude<keyof QueueStorage, 'supports' | 'notices'>;

/** Every method of the port, and whether it changes the queue. */
const CHANGES: Readonly<Record<StorageMethod, boolean>> = {
  open: false,
  close: false,
  enqueue: true,
  claim: true,
  renew: true,
  settle: true,
  nextDue: false,
  clampTimes: true,
  get: false,
  blockersOf: false,
  list: false,
  stats: false,
  requeue: true,
  discard: true,
  replace: true,
  restore: true,
  signIn: true,
  signedIn: false,
  quarantined: false,
};

/** Whether a call of the method may change the queue. */
export function isChange(method: StorageMethod): boolean {
  return CHANGES[method];
}

/** A storage whose methods are its own members and pass every call on, for a test that puts others in their place. */
export function delegateTo(real: QueueStorage): QueueStorage {
  const methods = Object.keys(CHANGES) as StorageMethod[];
  const passOn = methods.map((method) => [method, (real[method] as () => unknown).bind(real)]);
  return {
    supports: real.supports,
    notices: real.notices,
    ...(Object.fromEntries(passOn) as Pick<QueueStorage, StorageMethod>),
  };
}
