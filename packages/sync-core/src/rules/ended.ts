import type { SyncFailure } from '../errors/sync-failure.js';

/** The code of what is parked since it mentions a thing that never came to be. */
export const REFERENCE_ENDED = 'REFERENCE_ENDED';

/** Why an operation is parked that mentions a thing that never came to be. */
export function referenceEnded(id: string): SyncFailure {
  return {
    code: REFERENCE_ENDED,
    message: `It refers to what '${id}' would have made, which never came to be or was lost to damage. Edit it or discard it.`,
    details: { id },
  };
}
