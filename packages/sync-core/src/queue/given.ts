import { isSyncError, SyncError } from '../errors/sync-error.js';
import { checkId, checkInteger, checkText } from '../operation/check.js';
import type { EnqueueOptions } from './enqueue-options.js';

/** What a caller said about an operation, as it was at the moment of the call: nobody else holds any of it. */
export interface Given extends Omit<EnqueueOptions, 'base'> {
  /** As JSON text. */
  readonly base: string | undefined;
}

/** The latest moment that a JavaScript `Date` can hold. */
const MAX_TIME_MS = 8.64e15;

/**
 * Reads what a caller says, each option once, and refuses what is out of range.
 *
 * @param textOf - a value as exact JSON
 * @throws SyncError `OPERATION_INVALID` with the reason as the message, or what `textOf` throws
 */
export function givenNow(
  options: EnqueueOptions,
  currentPrincipal: string | undefined,
  textOf: (value: unknown) => string,
): Given {
  return coded(undefined, () => {
    const { id, entity, priority, dependsOn, scheduledAt, expiresAt, base, baseVersion } = options;
    const principal = options.principal ?? currentPrincipal;
    if (id !== undefined) checkId('id', id);
    if (entity !== undefined) checkText('entity', entity);
    if (principal !== undefined) checkText('principal', principal);
    if (baseVersion !== undefined) checkText('baseVersion', baseVersion);
    if (priority !== undefined) checkInteger('priority', priority, 0, 100);
    if (scheduledAt !== undefined) checkInteger('scheduledAt', scheduledAt, 0, MAX_TIME_MS);
    if (expiresAt !== undefined) checkInteger('expiresAt', expiresAt, 0, MAX_TIME_MS);
    return {
      id,
      entity,
      priority,
      principal,
      scheduledAt,
      expiresAt,
      baseVersion,
      dependsOn: dependsOn === undefined ? undefined : namesIn(dependsOn),
      base: base === undefined ? undefined : textOf(base),
    } as Given;
  });
}

/** A copy, since the caller's list may change. */
function namesIn(dependsOn: readonly string[]): readonly string[] {
  if (!Array.isArray(dependsOn)) throw new TypeError('dependsOn takes a list of ids');
  const names: readonly string[] = [...(dependsOn as readonly string[])];
  for (const name of names) checkId('dependsOn', name);
  return Object.freeze(names);
}

/**
 * What a piece of code of the app's gives. What it throws becomes the cause of an `OPERATION_INVALID`: a caller
 * branches on codes.
 *
 * @param name - whose code it is; `undefined` where only this library's own checks throw
 */
export function coded<T>(name: string | undefined, code: () => T): T {
  try {
    return code();
  } catch (cause) {
    if (isSyncError(cause)) throw cause;
    const reason = textOf(cause);
    return invalid(
      name === undefined || reason.startsWith(name) ? reason : `${name} failed: ${reason}`,
      cause,
    );
  }
}

/** @throws SyncError `OPERATION_INVALID` */
export function invalid(message: string, cause?: unknown): never {
  throw new SyncError('OPERATION_INVALID', message, cause === undefined ? {} : { cause });
}

/** What was thrown, in words; it may be anything, and may throw when it is asked. */
export function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'something was thrown that has no text';
  }
}
