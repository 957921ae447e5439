import { SyncError } from '@cpc/sync-core';
import type { ChangeSource, PullContext, SourcePage } from './change-source.js';
import { isChange } from './check-page.js';
import type { PullTarget } from './pull-target.js';

export interface CatchUpParts {
  readonly source: ChangeSource;
  readonly target: PullTarget;
}

/**
 * Pulls page after page until there are no more. Whatever breaks it off, and wherever: the next one goes on from
 * the checkpoint that lies with the data.
 *
 * @returns how many changes came
 */
export async function catchUp({ source, target }: CatchUpParts, { signal }: PullContext): Promise<number> {
  let count = 0;
  let isExpired = false;
  let isFirst = true;
  for (;;) {
    const since = await target.checkpoint();
    const counts = isFirst || isExpired;
    const page: unknown = await source.pull(isExpired ? undefined : since, { signal, counts });
    isFirst = false;
    signal.throwIfAborted();
    if (!isSourcePage(page)) throw unusable('Its source gave what is no page.');
    if (page.kind === 'expired') {
      if (isExpired || since === undefined) throw unusable('It says of the beginning that it is too old.');
      isExpired = true;
      continue;
    }
    const { changes, checkpoint, more, remaining } = page;
    if (more && checkpoint === since) throw unusable('It says that there is more, and does not go on.');
    const isApplied = await target.apply({
      since,
      changes,
      checkpoint,
      reset: isExpired,
      more,
      ...(remaining !== undefined && { remaining }),
    });
    isExpired = false;
    if (isApplied) count += changes.length;
    // Where somebody else was quicker, what they pulled may not be all.
    if (isApplied && !more) return count;
    signal.throwIfAborted();
  }
}

/** A source may be the app's own. */
function isSourcePage(value: unknown): value is SourcePage {
  const { kind, changes, checkpoint, more } = Object(value) as Readonly<Record<string, unknown>>;
  if (kind === 'expired') return true;
  const isWhole = typeof checkpoint === 'string' && typeof more === 'boolean' && Array.isArray(changes);
  return kind === 'page' && isWhole && (changes as unknown[]).every(isChange);
}

function unusable(what: string): SyncError {
  return new SyncError('TRANSPORT_FAILED', `The change feed cannot be followed. ${what} Check the server.`);
}
