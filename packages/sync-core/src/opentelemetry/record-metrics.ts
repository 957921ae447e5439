import type { Meter } from '@opentelemetry/api';
import type { SyncQueue } from '../queue/sync-queue.js';

/**
 * Metrics of a queue:
 *
 * - `cpc.events`, a counter by `type`: how often each `SyncEvent` happened.
 * - `cpc.attempt.duration`, a histogram in milliseconds by `outcome`.
 * - `cpc.queue.operations`, a gauge by `state`, and `cpc.queue.oldest_age`, a gauge in milliseconds; both are read
 *   from the storage when the meter collects.
 *
 * @returns a function that stops recording
 */
export function recordMetrics(queue: SyncQueue, meter: Meter): () => void {
  const events = meter.createCounter('cpc.events', { description: 'What happened to operations' });
  const durations = meter.createHistogram('cpc.attempt.duration', { unit: 'ms' });
  const depth = meter.createObservableGauge('cpc.queue.operations', {
    description: 'Operations in the queue',
  });
  const age = meter.createObservableGauge('cpc.queue.oldest_age', { unit: 'ms' });
  const subscription = queue.events$.subscribe((event) => {
    events.add(1, { type: event.type });
    if (event.type === 'attempted')
      durations.record(event.attempt.durationMs, { outcome: event.attempt.outcome });
  });
  const observe: Parameters<Meter['addBatchObservableCallback']>[0] = async (observer) => {
    const stats = await queue.stats();
    for (const [state, count] of Object.entries(stats.byState)) observer.observe(depth, count, { state });
    observer.observe(age, stats.oldestAgeMs);
  };
  meter.addBatchObservableCallback(observe, [depth, age]);
  return () => {
    subscription.unsubscribe();
    meter.removeBatchObservableCallback(observe, [depth, age]);
  };
}
