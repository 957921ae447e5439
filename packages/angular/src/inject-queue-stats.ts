import type { Signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import type { QueueStats } from '@cpc/sync-core';
import { injectSync } from './provide-sync.js';

/**
 * The queue's figures, at most four times a second while they change; `undefined` until they were read. Needs an
 * injection context.
 */
export function injectQueueStats(): Signal<QueueStats | undefined> {
  return toSignal(injectSync().queue.stats$);
}
