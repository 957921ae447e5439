import type { QueuedOperation } from '@cpc/sync-core';
import { callOn, type CompositeParts } from './composite-parts.js';
import type { ReadTicket } from './entity-guard.js';
import { DualFailureError, OfflineFailureError, OnlineFailureError, textOf } from './failures.js';
import type { ReadPolicy } from './method-policies.js';
import type { Sourced } from './sourced.js';
import { isWorthTrying, whileOnline } from './while-online.js';

type Policy = ReadPolicy<readonly unknown[], unknown>;

/** Nothing overtakes a read of what no operation changes. */
const UNGUARDED: ReadTicket = { overtaken: false };

/** A read of a composite; see {@link ReadPolicy}. */
export class ReadMethod {
  readonly #name: string;
  readonly #policy: Policy;
  readonly #parts: CompositeParts;

  constructor(name: string, policy: Policy, parts: CompositeParts) {
    this.#name = name;
    this.#policy = policy;
    this.#parts = parts;
  }

  async call(args: readonly unknown[]): Promise<Sourced<unknown>> {
    const { monitor, guard } = this.#parts;
    if (!isWorthTrying(monitor.status.state)) return this.#readWithoutNetwork(args);
    const entity = this.#policy.entity(...args);
    if (entity === undefined) return this.#read(args, undefined, UNGUARDED);
    return guard.whileReading(entity, (ticket) => this.#read(args, entity, ticket));
  }

  async #read(
    args: readonly unknown[],
    entity: string | undefined,
    ticket: ReadTicket,
  ): Promise<Sourced<unknown>> {
    const before = await this.#pending(entity);
    if (before.length > 0 && this.#policy.overlay === undefined) return this.#readCopy(args, 'waiting');
    let value: unknown;
    try {
      value = await this.#askOnline(args);
    } catch (failure) {
      return this.#readAfter(failure, args);
    }
    return this.#parts.guard.inTurn(entity, async () => {
      const waiting = distinct([...before, ...(await this.#pending(entity))]);
      const isOlder = ticket.overtaken || (waiting.length > 0 && this.#policy.overlay === undefined);
      return isOlder ? this.#readCopy(args, 'waiting') : this.#keep(value, waiting, args);
    });
  }

  /** Refreshes the copy with the value, and with the waiting changes laid over it, which the copy holds too. */
  async #keep(
    value: unknown,
    waiting: readonly QueuedOperation[],
    args: readonly unknown[],
  ): Promise<Sourced<unknown>> {
    const { overlay, keep } = this.#policy;
    const shown = overlay === undefined ? value : waiting.reduce(overlay, value);
    try {
      await keep(shown, ...args);
    } catch (cause) {
      this.#tellKeepFailure(cause);
    }
    return { value: shown, source: waiting.length === 0 ? 'online' : 'overlaid' };
  }

  #tellKeepFailure(cause: unknown): void {
    const { onKeepFailure } = this.#parts;
    if (onKeepFailure === undefined) {
      const message = `${this.#name} was read, but its offline copy could not be refreshed: ${textOf(cause)}. Give onKeepFailure to go on without.`;
      throw new OfflineFailureError(message, { method: this.#name, recoverable: true, cause });
    }
    onKeepFailure(cause, this.#name);
  }

  #readAfter(failure: unknown, args: readonly unknown[]): Promise<Sourced<unknown>> {
    if (this.#parts.recoverable(failure)) return this.#readCopy(args, 'failed', failure);
    // An older value would hide that the server says no.
    throw new OnlineFailureError(`${this.#name} was refused online: ${textOf(failure)}.`, {
      method: this.#name,
      recoverable: false,
      cause: failure,
    });
  }

  /** Reads the copy; where there is none, tries the network after all, since the monitor only gives a hint. */
  async #readWithoutNetwork(args: readonly unknown[]): Promise<Sourced<unknown>> {
    try {
      return await this.#readCopy(args, 'network');
    } catch (failure) {
      if (!(failure instanceof OfflineFailureError)) throw failure;
      return this.#lastResort(args, failure.cause);
    }
  }

  async #lastResort(args: readonly unknown[], offlineCause: unknown): Promise<Sourced<unknown>> {
    try {
      return { value: await this.#askOnline(args), source: 'online' };
    } catch (onlineCause) {
      throw this.#dualFailure(onlineCause, offlineCause);
    }
  }

  async #readCopy(
    args: readonly unknown[],
    reason: NonNullable<Sourced<unknown>['reason']>,
    failure?: unknown,
  ): Promise<Sourced<unknown>> {
    try {
      const value = await callOn(this.#parts.offline, this.#name, args);
      const keptAt = this.#policy.keptAt?.(value);
      return {
        value,
        source: 'offline',
        reason,
        ...(keptAt !== undefined && { keptAt }),
        ...(failure !== undefined && { failure }),
      };
    } catch (cause) {
      if (reason === 'failed') throw this.#dualFailure(failure, cause);
      const message = `${this.#name} could not read its offline copy: ${textOf(cause)}. Try again when the network is back.`;
      throw new OfflineFailureError(message, { method: this.#name, recoverable: true, cause });
    }
  }

  #askOnline(args: readonly unknown[]): Promise<unknown> {
    const { online, monitor, clock } = this.#parts;
    const timeoutMs = this.#policy.timeoutMs ?? 10_000;
    return whileOnline(() => callOn(online, this.#name, args), { monitor, clock, timeoutMs });
  }

  #pending(entity: string | undefined): Promise<readonly QueuedOperation[]> {
    return entity === undefined ? Promise.resolve([]) : this.#parts.guard.pending(entity);
  }

  #dualFailure(onlineCause: unknown, offlineCause: unknown): DualFailureError {
    const recoverable = this.#parts.recoverable(onlineCause);
    const next = recoverable ? 'Try again when the network is back.' : 'The same call will fail again.';
    const message = `${this.#name} failed online (${textOf(onlineCause)}) and on its offline copy (${textOf(offlineCause)}). ${next}`;
    return new DualFailureError(message, { method: this.#name, recoverable, onlineCause, offlineCause });
  }
}

/** One of each id, in the order in which they were first met. */
function distinct(operations: readonly QueuedOperation[]): readonly QueuedOperation[] {
  return [...new Map(operations.map((operation) => [operation.id, operation])).values()];
}
