import type { AnyOperationDefinition, EnqueueOptions, QueuedOperation } from '@cpc/sync-core';

/**
 * Reads online where the network is there, else from the offline copy. A good read refreshes the copy.
 *
 * While changes of the entity wait in the queue, the server does not know them yet; the caller still reads its
 * own writes: with `overlay` as the server's value with the changes laid over it, without it from the copy.
 */
export interface ReadPolicy<Arguments extends readonly unknown[], Result> {
  readonly kind: 'read';
  /** The entity that the call reads, as the operations that change it name it; `undefined` where none does. */
  readonly entity: (...args: Arguments) => string | undefined;
  /** Puts a good online read into the offline copy. */
  readonly keep: (result: Result, ...args: Arguments) => Promise<void>;
  /**
   * The value as it will be when the server has the operation. Pure, and the same when it is laid over twice: the
   * server may have the operation though its answer is still on the way.
   */
  readonly overlay?: (value: Result, operation: QueuedOperation) => Result;
  /** When the offline copy was last refreshed, in milliseconds since the epoch, if the value tells. */
  readonly keptAt?: (value: Result) => number | undefined;
  /** How long the network may take before the copy is read instead, in milliseconds. @defaultValue 10_000 */
  readonly timeoutMs?: number;
}

/**
 * Enqueues an operation, then changes the offline copy; the queue delivers it. There is one way to the server,
 * with one key, whatever the network does meanwhile, and it keeps the order of the entity.
 */
export interface WritePolicy<Arguments extends readonly unknown[], Result> {
  readonly kind: 'write';
  /** The operation that the call means; its definition is registered with the queue. */
  readonly operation: AnyOperationDefinition;
  readonly payload: (...args: Arguments) => unknown;
  /** The entity that the call changes, given to the operation; the definition's own where it is `undefined`. */
  readonly entity: (...args: Arguments) => string | undefined;
  /** The operation's other options: who does it, the version that they saw, the id. */
  readonly options?: (...args: Arguments) => Omit<EnqueueOptions, 'entity'>;
  /**
   * Waits so long for the server's word, in milliseconds, while the network is there. A refusal in this time is
   * an `OnlineFailureError`; no word in this time is a success, since the operation is safe in the queue.
   *
   * @defaultValue 0: does not wait
   */
  readonly waitMs?: number;
  /** What the call returns when the server's word came in time. @defaultValue what the offline service returned */
  readonly result?: (answer: unknown, offlineResult: Result) => Result;
}

/** Works online only, reading or writing: nothing is kept, nothing is queued. */
export interface OnlinePolicy {
  readonly kind: 'online';
}

/** Works on the offline copy only. */
export interface OfflinePolicy {
  readonly kind: 'offline';
}

export type MethodPolicy<Arguments extends readonly unknown[], Result> =
  ReadPolicy<Arguments, Result> | WritePolicy<Arguments, Result> | OnlinePolicy | OfflinePolicy;

// Only `any` lets a method of any arguments in; nothing of it reaches a value's type.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AsyncMethod = (...args: any[]) => Promise<unknown>;

/** A service that can be composed: every member is a method that returns a promise. */
export type ServiceOf<Service> = { readonly [Name in keyof Service]: AsyncMethod };

/** A policy for each method of the service. */
export type MethodPolicies<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends (...args: infer Arguments) => Promise<infer Result>
    ? MethodPolicy<Arguments, Result>
    : never;
};

/** The policies with their types forgotten, as the composite uses them. */
export type AnyMethodPolicy = MethodPolicy<readonly unknown[], unknown>;
