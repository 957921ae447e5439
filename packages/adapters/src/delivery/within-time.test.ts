import { expect, test } from '@jest/globals';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { withinTime } from './within-time.js';

const never = (): Promise<never> => new Promise(() => undefined);

test('ends at its limit, also where the work ignores the signal', async () => {
  const clock = new ManualClock();
  const met = withinTime(never, new AbortController().signal, { clock, timeoutMs: 1_000 });
  await clock.advance(1_000);
  expect(await met).toMatchObject({ kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } });
});

test('ends when it is called off, also where the work ignores the signal', async () => {
  const clock = new ManualClock();
  const outer = new AbortController();
  const met = withinTime(never, outer.signal, { clock, timeoutMs: 1_000 });
  outer.abort(new Error('enough'));
  expect(await met).toMatchObject({
    kind: 'unreachable',
    reason: { message: expect.stringMatching(/enough/) },
  });
  expect(clock.pendingTimers).toBe(0);
});

test('work that fails after it was given up is heard', async () => {
  const clock = new ManualClock();
  let fail: (error: Error) => void = () => undefined;
  const late = new Promise<never>((_, reject) => (fail = reject));
  const met = withinTime(() => late, new AbortController().signal, { clock, timeoutMs: 1_000 });
  await clock.advance(1_000);
  await met;
  fail(new Error('too late'));
  await expect(late).rejects.toThrow('too late');
});
