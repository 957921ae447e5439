import { isSyncError, SyncError } from '../errors/sync-error.js';
import type { AnyOperationDefinition } from '../operation/define-operation.js';
import { jsonPointer } from '../operation/exact-json.js';
import { ownCopy } from '../operation/own.js';
import type { SchemaIssue, SchemaResult } from '../operation/standard-schema.js';
import { textOf } from './given.js';

/**
 * Passes on what the schema makes of the payload. One that answers later gets a copy, so that what the caller does to
 * the payload in the meantime changes nothing; of what cannot be copied, the copy would be something else.
 *
 * @throws SyncError `PAYLOAD_INVALID`, also where the schema fails; `PAYLOAD_NOT_JSON` where there is no copy
 */
export function validated<T>(
  { kind, schema }: AnyOperationDefinition,
  payload: unknown,
  next: (value: unknown) => T,
): T | Promise<T> {
  if (schema === undefined) return next(payload);
  const standard = schema['~standard'];
  const result = failing(kind, () => standard.validate(payload));
  if (!isThenable(result)) return next(valid(kind, result));
  // Whether it answers later is known by asking; what it makes of the caller's own payload is not looked at.
  result.then(undefined, () => undefined);
  const copy = ownCopy(payload);
  const late = failing(kind, () => standard.validate(copy));
  return Promise.resolve(late).then(
    (answer) => next(valid(kind, answer)),
    (cause: unknown) => schemaFailed(kind, cause),
  );
}

function valid(kind: string, result: SchemaResult<unknown>): unknown {
  const issues = failing(kind, () => result.issues?.map(issueOf));
  if (issues === undefined) return (result as { readonly value: unknown }).value;
  const list = issues.map(({ message, path }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  throw new SyncError('PAYLOAD_INVALID', `The payload is not a valid '${kind}': ${list}`, {
    details: { issues },
  });
}

function issueOf({ message, path = [] }: SchemaIssue): { readonly message: string; readonly path: string } {
  return { message, path: jsonPointer(path.map((part) => (typeof part === 'object' ? part.key : part))) };
}

/** What the schema gives. What it throws is told as its failure. */
function failing<T>(kind: string, ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    return schemaFailed(kind, cause);
  }
}

function schemaFailed(kind: string, cause: unknown): never {
  if (isSyncError(cause)) throw cause;
  throw new SyncError('PAYLOAD_INVALID', `The schema of '${kind}' failed: ${textOf(cause)}`, { cause });
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | undefined)?.then === 'function';
}
