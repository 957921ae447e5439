import type { DeliveryOutcome, Operation } from '@cpc/sync-core';

/** An operation as it crosses: without its payload, which the other end reads from its text again. */
export type PortOperation = Omit<Operation, 'payload'>;

/** What goes to the serving side. Ids are unlike those of every other sender on the port. */
export type PortRequest =
  | { readonly type: 'cpc-sync/send'; readonly id: string; readonly operations: readonly PortOperation[] }
  | { readonly type: 'cpc-sync/whoami'; readonly id: string; readonly principal: string | undefined }
  | { readonly type: 'cpc-sync/abort'; readonly id: string }
  | { readonly type: 'cpc-sync/ping' };

/** What comes back. */
export type PortAnswer =
  | { readonly type: 'cpc-sync/outcomes'; readonly id: string; readonly outcomes: readonly DeliveryOutcome[] }
  | { readonly type: 'cpc-sync/principal'; readonly id: string; readonly principal: string | undefined }
  /** What the server's clock says, as soon as the served transport heard of it. */
  | { readonly type: 'cpc-sync/time'; readonly id: string; readonly serverMs: number }
  | { readonly type: 'cpc-sync/failed'; readonly id: string; readonly message: string }
  | { readonly type: 'cpc-sync/pong' };

/** Whatever else this protocol may come to say, or says in the other direction; it is left alone. */
export interface OtherMessage {
  readonly type: 'cpc-sync/other';
  readonly id: string;
}

/** A port may carry other messages too; those of this protocol are known by their type. */
export function isPortMessage(data: unknown): data is PortRequest | PortAnswer {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false;
  return typeof data.type === 'string' && data.type.startsWith('cpc-sync/');
}
