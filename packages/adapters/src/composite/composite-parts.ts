import type { Clock, SyncQueue } from '@cpc/sync-core';
import type { NetworkHints } from '../delivery/guarded-hints.js';
import type { EntityGuard } from './entity-guard.js';

/** What a composite needs of a queue; a `SyncQueue` satisfies it. */
export type CompositeQueue = Pick<SyncQueue, 'enqueue' | 'list' | 'discard' | 'watch'>;

/** A service with its types forgotten. */
export type AnyService = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

/** What all methods of a composite share. */
export interface CompositeParts {
  readonly online: AnyService;
  readonly offline: AnyService;
  readonly monitor: NetworkHints;
  readonly queue: CompositeQueue;
  readonly guard: EntityGuard;
  readonly clock: Clock;
  readonly recoverable: (error: unknown) => boolean;
  readonly onKeepFailure: ((error: unknown, method: string) => void) | undefined;
}

/** Calls a method as a method, since services are often objects of a class. */
export function callOn(service: AnyService, method: string, args: readonly unknown[]): Promise<unknown> {
  const member = service[method];
  if (typeof member !== 'function') {
    throw new TypeError(`methods names '${method}', which the service does not have`);
  }
  return member.apply(service, args as unknown[]);
}
