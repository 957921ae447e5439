import type { ChannelState, ReplicaPage } from '../ports/replica-store.js';

/** What a store does with a page. */
export type PagePlan =
  /** Somebody else was quicker. */
  | { readonly kind: 'stale' }
  | {
      /** `stage`: durable and unseen. `show`: with all that was staged, in one step. */
      readonly kind: 'stage' | 'show';
      /** Whether it belongs to a load, which takes the place of all that is shown, or is laid over that. */
      readonly isLoad: boolean;
      /** Whether pages that were staged before are dropped first. */
      readonly dropsStaged: boolean;
      /** How many changes have come, with those of this page. */
      readonly changes: number;
    };

/** The rule by which pages enter the copy, the same in every store. */
export function planPage(state: ChannelState | undefined, page: ReplicaPage): PagePlan {
  // Left while the page was on its way.
  if (state === undefined) return { kind: 'stale' };
  const { shown, staged } = state;
  const latest = staged?.checkpoint ?? shown;
  if (latest !== page.since) return { kind: 'stale' };
  const begins = page.reset || latest === undefined;
  return {
    kind: page.more ? 'stage' : 'show',
    isLoad: begins || staged?.isLoad === true,
    dropsStaged: page.reset && staged !== undefined,
    changes: (begins ? 0 : (staged?.changes ?? 0)) + page.changes.length,
  };
}
