import type { NetworkMonitor } from '@cpc/network';
import { isSyncError, ownCopy, systemClock, type Clock } from '@cpc/sync-core';
import { checkFunction, checkParts } from '../delivery/check-parts.js';
import { guardedHints } from '../delivery/guarded-hints.js';
import { checkPolicy } from './check-policy.js';
import { callOn, type CompositeParts, type CompositeQueue } from './composite-parts.js';
import { EntityGuard } from './entity-guard.js';
import { OfflineFailureError, OnlineFailureError, textOf } from './failures.js';
import type { AnyMethodPolicy, MethodPolicies, ServiceOf } from './method-policies.js';
import { ReadMethod } from './read-method.js';
import { SOURCED, type Composite, type Sourced } from './sourced.js';
import { WriteMethod } from './write-method.js';

export interface CompositeOptions<Service> {
  /** The service over the network. Writes do not use it: they go by the queue. */
  readonly online: Service;
  /** The same service on this device. */
  readonly offline: Service;
  /** Asked at each call, so a composite follows the network without being rebuilt. */
  readonly monitor: NetworkMonitor;
  readonly queue: CompositeQueue;
  /** How each method behaves. */
  readonly methods: MethodPolicies<Service>;
  /**
   * Whether the offline copy may stand in for an online failure.
   *
   * @defaultValue all but a `SyncError` `REJECTED`, `UNAUTHENTICATED` or `PAYLOAD_INVALID`
   */
  readonly recoverable?: (error: unknown) => boolean;
  /**
   * Told when a good read could not be put into the offline copy.
   *
   * @defaultValue the read rejects with an `OfflineFailureError`
   */
  readonly onKeepFailure?: (error: unknown, method: string) => void;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}

/**
 * A service that works the same with and without a network. It has the service's own type; who the user is, is
 * an argument of its methods, never of this factory.
 *
 * @throws TypeError or RangeError where an option is not what it should be, a method has no policy that is known, or a
 * service lacks it
 */
export function composite<Service extends ServiceOf<Service>>(
  options: CompositeOptions<Service>,
): Composite<Service> {
  checkParts('monitor', options.monitor, ['register', 'report']);
  checkParts('queue', options.queue, ['enqueue', 'list', 'discard', 'watch']);
  for (const part of ['recoverable', 'onKeepFailure'] as const)
    if (options[part] !== undefined) checkFunction(part, options[part]);
  const parts: CompositeParts = {
    online: options.online,
    offline: options.offline,
    monitor: guardedHints(options.monitor),
    queue: options.queue,
    guard: new EntityGuard(options.queue),
    clock: options.clock ?? systemClock,
    recoverable: options.recoverable ?? isRecoverable,
    onKeepFailure: options.onKeepFailure,
  };
  const policies = Object.entries(options.methods as Readonly<Record<string, AnyMethodPolicy>>);
  const calls = policies.map(([name, policy]) => {
    checkPolicy(name, policy, options);
    return [name, methodOf(name, policy, parts)] as const;
  });
  // By entries, so that no name reaches a prototype.
  const plain = Object.fromEntries(
    calls.map(([name, call]) => [name, async (...args: readonly unknown[]) => (await call(args)).value]),
  );
  const sourced = Object.fromEntries(
    calls.map(([name, call]) => [name, (...args: readonly unknown[]) => call(args)]),
  );
  return Object.assign(plain, { [SOURCED]: sourced }) as unknown as Composite<Service>;
}

type Call = (args: readonly unknown[]) => Promise<Sourced<unknown>>;

function methodOf(name: string, policy: AnyMethodPolicy, parts: CompositeParts): Call {
  switch (policy.kind) {
    case 'read': {
      const read = new ReadMethod(name, policy, parts);
      return (args) => read.call(args.map(asCalled));
    }
    case 'write': {
      const write = new WriteMethod(name, policy, parts);
      return async (args) => ({
        value: await write.call(args.map(asCalled)),
        source: 'offline',
        reason: 'waiting',
      });
    }
    case 'online':
      return (args) => onlineOnly(name, args, parts);
    case 'offline':
      return (args) => offlineOnly(name, args, parts);
  }
}

/**
 * An argument as it is at the moment of the call, whatever the caller does to it while the call waits for its turn. What
 * is no data, such as a signal, is handed on as it is.
 */
function asCalled(argument: unknown): unknown {
  try {
    return ownCopy(argument);
  } catch {
    return argument;
  }
}

async function onlineOnly(
  name: string,
  args: readonly unknown[],
  { online, recoverable }: CompositeParts,
): Promise<Sourced<unknown>> {
  try {
    return { value: await callOn(online, name, args), source: 'online' };
  } catch (cause) {
    const message = `${name} works online only, and failed: ${textOf(cause)}.`;
    throw new OnlineFailureError(message, { method: name, recoverable: recoverable(cause), cause });
  }
}

async function offlineOnly(
  name: string,
  args: readonly unknown[],
  { offline }: CompositeParts,
): Promise<Sourced<unknown>> {
  try {
    return { value: await callOn(offline, name, args), source: 'offline' };
  } catch (cause) {
    const message = `${name} works on this device only, and failed: ${textOf(cause)}.`;
    throw new OfflineFailureError(message, { method: name, recoverable: false, cause });
  }
}

function isRecoverable(error: unknown): boolean {
  return (
    !isSyncError(error, 'REJECTED') &&
    !isSyncError(error, 'UNAUTHENTICATED') &&
    !isSyncError(error, 'PAYLOAD_INVALID')
  );
}
