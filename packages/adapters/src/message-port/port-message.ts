import type { DeliveryOutcome, Operation } from '@cpc/sync-core';

/** What goes to the serving side. */
export type PortRequest =
  | { readonly type: 'cpc-sync/send'; readonly id: number; readonly operations: readonly Operation[] }
  | { readonly type: 'cpc-sync/abort'; readonly id: number }
  | { readonly type: 'cpc-sync/ping' };

/** What comes back. */
export type PortAnswer =
  | { readonly type: 'cpc-sync/outcomes'; readonly id: number; readonly outcomes: readonly DeliveryOutcome[] }
  | { readonly type: 'cpc-sync/failed'; readonly id: number; readonly message: string }
  | { readonly type: 'cpc-sync/pong' };

/** A port may carry other messages too; those of this protocol are known by their type. */
export function isPortMessage(data: unknown): data is PortRequest | PortAnswer {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false;
  return typeof data.type === 'string' && data.type.startsWith('cpc-sync/');
}
