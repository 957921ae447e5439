// #region operation
import { defineOperation, OperationPriority } from '@cpc/sync-core';

export const setCurrency = defineOperation('preferences.setCurrency', {
  entity: ({ user }) => `preferences/${user}`,
  priority: OperationPriority.High,
  coalesce: 'replace',
});
// #endregion

// #region service
import { composite } from '@cpc/adapters';

export function preferencesService({ online, offline, monitor, queue }) {
  const entity = (user) => `preferences/${user}`;
  return composite({
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

export function wordsFor(error) {
  if (error instanceof OfflineFailureError) return 'This device could not keep the change.';
  if (error instanceof DualFailureError) return 'Neither the network nor this device has it.';
  if (error instanceof OnlineFailureError) {
    return error.recoverable ? 'Try again in a moment.' : `Not possible: ${error.cause.message}`;
  }
  throw error;
}
// #endregion
