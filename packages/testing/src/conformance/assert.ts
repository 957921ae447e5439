import { isSyncError, type SyncErrorCode } from '@cpc/sync-core';

/** A conformance case failed. An error of our own, since the cases run under any runner and in a page. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ConformanceFailure(message);
}

/** Deep equality of plain data. A property that is `undefined` counts as absent. */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  const [shown, wanted] = [show(actual), show(expected)];
  if (shown !== wanted) throw new ConformanceFailure(`${what}: expected ${wanted}, got ${shown}`);
}

/** Equality of lists whose order says nothing. */
export function assertSameMembers(
  actual: readonly string[],
  expected: readonly string[],
  what: string,
): void {
  assertEqual([...actual].sort(), [...expected].sort(), what);
}

/** The promise must reject with a `SyncError` of this code. */
export async function assertRejects(
  promise: Promise<unknown>,
  code: SyncErrorCode,
  what: string,
): Promise<void> {
  let error: unknown;
  try {
    await promise;
  } catch (caught) {
    error = caught;
  }
  assert(error !== undefined, `${what}: expected a rejection with ${code}, but it resolved`);
  assert(isSyncError(error, code), `${what}: expected a SyncError ${code}, got ${describe(error)}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : show(error);
}

/** JSON with sorted keys, so that equal data gives equal text. */
export function show(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value, sortKeys);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // A null prototype keeps `__proto__` an ordinary key.
  return Object.assign(
    Object.create(null) as object,
    Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}
