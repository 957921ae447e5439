import { expect, test } from '@jest/globals';
import { ManualClock } from '../deterministic.js';
import { withTimeout } from './with-timeout.js';

const never = new AbortController().signal;

test('gives what the task gives, or throws what it throws, and leaves no timer', async () => {
  const clock = new ManualClock();
  const run = (task: () => unknown): Promise<unknown> =>
    withTimeout(clock, 1000, 'ATTEMPT_TIMEOUT', never, task);
  await expect(run(() => 1)).resolves.toBe(1);
  await expect(run(() => Promise.resolve(2))).resolves.toBe(2);
  const thrown = new Error('no');
  const throwing = (): never => {
    throw thrown;
  };
  await expect(run(throwing)).rejects.toBe(thrown);
  await expect(run(() => Promise.reject(thrown))).rejects.toBe(thrown);
  expect(clock.pendingTimers).toBe(0);
});

test('a task that takes too long is aborted, and given up whether it listens or not', async () => {
  const clock = new ManualClock();
  let inner: AbortSignal | undefined;
  const result = withTimeout(clock, 1000, 'RESOLVER_FAILED', never, (signal) => {
    inner = signal;
    return new Promise(() => undefined);
  });
  const rejected = expect(result).rejects.toMatchObject({ code: 'RESOLVER_FAILED' });
  await clock.advance(999);
  expect(inner?.aborted).toBe(false);
  await clock.advance(1);
  expect(inner?.aborted).toBe(true);
  await rejected;
});

test('an abort gives the task up with the reason of the abort', async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const result = withTimeout(
    clock,
    1000,
    'ATTEMPT_TIMEOUT',
    controller.signal,
    () => new Promise(() => undefined),
  );
  const reason = new Error('stopped');
  controller.abort(reason);
  await expect(result).rejects.toBe(reason);
  expect(clock.pendingTimers).toBe(0);
});

test('a task is not begun when the signal is aborted already', async () => {
  const clock = new ManualClock();
  let began = false;
  const reason = new Error('stopped');
  const result = withTimeout(clock, 1000, 'ATTEMPT_TIMEOUT', AbortSignal.abort(reason), () => (began = true));
  await expect(result).rejects.toBe(reason);
  expect(began).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});
