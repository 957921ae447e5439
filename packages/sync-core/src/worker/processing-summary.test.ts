import { expect, test } from '@jest/globals';
import { SummaryCollector } from './processing-summary.js';

test('a summary adds up what its parts say', () => {
  const part = new SummaryCollector();
  part.add('successful', { id: 'a', kind: 'note' });
  part.add('failed', { id: 'b', kind: 'note', reason: { code: 'REJECTED', message: 'no' } });
  part.omitted = 3;
  const whole = new SummaryCollector();
  whole.add('retried', { id: 'c', kind: 'note' });
  whole.addAll(part);
  expect(whole).toMatchObject({
    successful: [{ id: 'a', kind: 'note' }],
    retried: [{ id: 'c', kind: 'note' }],
    failed: [{ id: 'b', kind: 'note', reason: { code: 'REJECTED' } }],
    skipped: [],
    omitted: 3,
  });
});

test('no list grows above 10,000; what is left out is counted', () => {
  const summary = new SummaryCollector();
  for (let at = 0; at < 10_002; at++) summary.add('skipped', { id: String(at), kind: 'note' });
  expect(summary.skipped).toHaveLength(10_000);
  expect(summary.omitted).toBe(2);
});
