import { expect, test } from '@jest/globals';
import { KEPT_OUTCOMES } from '../rules/bounds.js';
import { OutcomeLog } from './outcome-log.js';

test('an empty log has no outcomes, and says so', () => {
  const log = new OutcomeLog();
  expect(log.page()).toEqual({ items: [], last: 0 });
  expect(log.latestOf('a')).toBeUndefined();
});

test('the latest outcomes are kept, and read on from where a reader was, or from the oldest that is left', () => {
  const log = new OutcomeLog();
  for (let at = 1; at <= 2 * KEPT_OUTCOMES; at++) log.add(`id-${at}`, { outcome: 'discarded', kind: 'note' });
  const last = 2 * KEPT_OUTCOMES;
  expect(log.page({ after: last - 2 })).toMatchObject({
    items: [{ id: `id-${last - 1}` }, { id: `id-${last}` }],
    last,
  });
  const [oldest] = log.page({ limit: 1 }).items;
  expect(oldest?.sequence).toBeGreaterThan(1);
  expect(oldest?.sequence).toBeLessThanOrEqual(last - KEPT_OUTCOMES + 1);
  expect(log.latestOf(`id-${last}`)?.sequence).toBe(last);
  expect(log.latestOf('id-1')).toBeUndefined();
});
