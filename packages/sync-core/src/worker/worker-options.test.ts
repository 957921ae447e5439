import { expect, test } from '@jest/globals';
import { ConstantBackoff } from '../backoff/backoff.js';
import { type SyncWorkerOptions, workerSettings } from './worker-options.js';

test('what is not given has its documented default', () => {
  expect(workerSettings({})).toMatchObject({
    concurrency: 4,
    batchSize: 50,
    attemptTimeoutMs: 30_000,
    leaseMs: 60_000,
    pollMs: 30_000,
    maxAttempts: 10,
    maxRetryAfterMs: 86_400_000,
    minRetryMs: 100,
    maxConflictRounds: 5,
    resolveTimeoutMs: 10_000,
    reconnectJitterMs: 2000,
    offlineProbeMs: 300_000,
    stallAfterMs: 900_000,
    stopTimeoutMs: 5000,
  });
});

test('an outage waits a second, doubling to a minute, with equal jitter', () => {
  const { outageBackoff } = workerSettings({});
  const delays = [1, 2, 3, 7, 100].map((n) =>
    [0, 0.5].map((next) => outageBackoff.delayMs(n, 0, random(next))),
  );
  expect(delays).toEqual([
    [500, 750],
    [1000, 1500],
    [2000, 3000],
    [30_000, 45_000],
    [30_000, 45_000],
  ]);
});

test('what is given is kept', () => {
  const outageBackoff = new ConstantBackoff(1);
  const settings = workerSettings({ concurrency: 1, minRetryMs: 0, outageBackoff });
  expect(settings).toMatchObject({ concurrency: 1, minRetryMs: 0, outageBackoff });
});

test.each<SyncWorkerOptions>([
  { concurrency: 0 },
  { batchSize: 1.5 },
  { leaseMs: Number.NaN },
  { pollMs: 0 },
  { maxAttempts: -1 },
  { stopTimeoutMs: -1 },
  { offlineProbeMs: 0 },
])('a misuse throws a RangeError that names the option: %j', (options) => {
  const [name] = Object.keys(options);
  expect(() => workerSettings(options)).toThrow(RangeError);
  expect(() => workerSettings(options)).toThrow(name);
});

function random(next: number): { next(): number; fill(): void } {
  return { next: () => next, fill: () => undefined };
}
