// #region operation
import { defineOperation, OperationPriority } from '@cpc/sync-core';

export const setCurrency = defineOperation('preferences.setCurrency', {
  entity: ({ user }: { user: string; code: string }) => `preferences/${user}`,
  priority: OperationPriority.High,
  coalesce: 'replace',
});
// #endregion

// #region service
import { composite } from '@cpc/adapters';
import type { NetworkMonitor } from '@cpc/network';
import type { SyncQueue } from '@cpc/sync-core';

interface Preferences {
  get(user: string): Promise<{ currency: string }>;
  setCurrency(user: string, code: string): Promise<void>;
}

interface PreferencesParts {
  readonly online: Preferences;
  readonly offline: Preferences & { keep(user: string, value: { currency: string }): Promise<void> };
  readonly monitor: NetworkMonitor;
  readonly queue: SyncQueue;
}

export function preferencesService({ online, offline, monitor, queue }: PreferencesParts) {
  const entity = (user: string): string => `preferences/${user}`;
  return composite<Preferences>({
    online,
    offline,
    monitor,
    queue,
    methods: {
      get: { kind: 'read', entity, keep: (value, user) => offline.keep(user, value) },
      setCurrency: {
        kind: 'write',
        operation: setCurrency,
        entity,
        payload: (user, code) => ({ user, code }),
      },
    },
  });
}
// #endregion

// #region errors
import { DualFailureError, OfflineFailureError, OnlineFailureError } from '@cpc/adapters';

export function wordsFor(error: unknown): string {
  if (error instanceof OfflineFailureError) return 'This device could not keep the change.';
  if (error instanceof DualFailureError) return 'Neither the network nor this device has it.';
  if (error instanceof OnlineFailureError) {
    return error.recoverable ? 'Try again in a moment.' : `Not possible: ${(error.cause as Error).message}`;
  }
  throw error;
}
// #endregion
