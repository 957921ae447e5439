// #region definitions
import { defineOperation, OperationPriority } from '@cpc/sync-core';

/** Money first, in the order in which it was taken, one account at a time. */
export const pay = defineOperation('payment.take', {
  entity: ({ account }: { account: number; cents: number }) => `accounts/${account}`,
  priority: OperationPriority.Critical,
});

/** Ten turns of a dial are one request: a new value takes the place of one that was never sent. */
export const setCurrency = defineOperation('preferences.setCurrency', {
  entity: ({ user }: { user: string; code: string }) => `preferences/${user}`,
  coalesce: 'replace',
});

/** The server gives the order its number; what mentions the order before that is corrected. */
export const placeOrder = defineOperation('order.place', {
  entity: ({ order }: { order: string; item: string }) => `orders/${order}`,
  priority: OperationPriority.High,
  assignedId: (answer) => (answer as { number: string }).number,
});
export const addNote = defineOperation('order.addNote', {
  entity: ({ order }: { order: string; text: string }) => `orders/${order}`,
  references: ['/order'],
});

/** Worth nothing after an hour, and nobody minds. */
export const countView = defineOperation<{ page: string }>('page.view', {
  priority: OperationPriority.Low,
  expiresAfterMs: 3_600_000,
});
// #endregion
