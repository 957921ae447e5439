import { isSyncError, type SyncErrorCode } from '@cpc/sync-core';

/** A conformance case failed. An error of our own, since the cases run under any runner and in a page. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
}

/** Deep equality of plain data; a property that is `undefined` counts as absent. */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  const [shown, wanted] = [show(actual), show(expected)];
  if (shown !== wanted) throw new ConformanceFailure(`${what}: expected ${wanted}, got ${shown}`);
}

/** The promise must reject with a `SyncError` of this code. */
export async function assertRejects(promise: Promise<unknown>, code: SyncErrorCode): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!isSyncError(error, code)) {
    const got = error instanceof Error ? `${error.name}: ${error.message}` : show(error);
    throw new ConformanceFailure(`expected a SyncError ${code}, got ${got}`);
  }
}

function show(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value, sorted);
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
