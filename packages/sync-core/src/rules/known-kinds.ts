import type { KnownKinds } from '../ports/queue-storage.js';

/** Whether a claim by somebody who knows these kinds may bring the operation. */
export function isKnown(
  { kind, version }: { readonly kind: string; readonly version: number },
  knows: KnownKinds | undefined,
): boolean {
  if (knows === undefined) return true;
  const newest = knows.get(kind);
  return newest !== undefined && version <= newest;
}
