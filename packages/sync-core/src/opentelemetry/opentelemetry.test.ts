import { SpanStatusCode } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect, test } from '@jest/globals';
import { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import { defineOperation } from '../operation/define-operation.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import type { Transport } from '../ports/transport.js';
import { SyncQueue } from '../queue/sync-queue.js';
import { recordMetrics } from './record-metrics.js';
import { tracedTransport } from './traced-transport.js';
import { processQueue } from '../worker/process-queue.js';

const note = defineOperation<{ text: string }>('note.write');

function transportOf(...outcomes: DeliveryOutcome['kind'][]): Transport {
  const reason = { code: 'X', message: 'no' };
  return {
    maxBatchSize: 10,
    send: (operations) =>
      Promise.resolve(
        operations.map(
          (_, at) => ({ kind: outcomes[at] ?? 'acknowledged', reason, remote: {} }) as DeliveryOutcome,
        ),
      ),
  };
}

async function queueWith(count: number): Promise<SyncQueue> {
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [note] });
  await queue.open();
  await queue.enqueueAll(
    Array.from({ length: count }, () => ({ operation: note, payload: { text: 'secret' } })),
  );
  return queue;
}

test('each send is a span with counts and kinds, without payloads', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const queue = await queueWith(3);
  await processQueue(
    queue,
    tracedTransport(transportOf('acknowledged', 'rejected'), provider.getTracer('test')),
  );
  const [span] = exporter.getFinishedSpans();
  expect(span?.name).toBe('cpc.send');
  expect(span?.attributes).toEqual({
    'messaging.batch.message_count': 3,
    'cpc.kinds': ['note.write'],
    'cpc.outcomes': 'acknowledged=2 rejected=1',
  });
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'rejected' });
  expect(JSON.stringify(span?.attributes)).not.toContain('secret');
});

test('a transport that throws leaves an ended span with the error, and still throws', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const broken: Transport = { send: () => Promise.reject(new TypeError('no such host')) };
  const traced = tracedTransport(broken, provider.getTracer('test'));
  await expect(traced.send([], { signal: new AbortController().signal })).rejects.toThrow('no such host');
  const [span] = exporter.getFinishedSpans();
  expect(span?.status.code).toBe(SpanStatusCode.ERROR);
  expect(span?.events[0]?.name).toBe('exception');
});

test('a traced transport is asked whom the server takes this device for where its inner one is, and only there', async () => {
  const tracer = new BasicTracerProvider().getTracer('test');
  const inner: Transport = {
    send: () => Promise.resolve([]),
    whoami: (principal) => Promise.resolve(principal),
  };
  const { signal } = new AbortController();
  expect(await tracedTransport(inner, tracer).whoami?.('ann', { signal })).toBe('ann');
  expect('whoami' in tracedTransport(transportOf('acknowledged'), tracer)).toBe(false);
});

test('metrics count events and attempts, and read the depth, until they are stopped', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  const queue = await queueWith(2);
  const stop = recordMetrics(queue, meter);
  await processQueue(queue, transportOf('acknowledged', 'rejected'));
  await reader.forceFlush();
  stop();
  await queue.enqueue(note, { text: 'unseen' });
  const metrics = exporter.getMetrics()[0]?.scopeMetrics[0]?.metrics ?? [];
  const points = (name: string): Record<string, unknown> =>
    Object.fromEntries(
      (metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []).map(
        ({ attributes, value }): [string, unknown] => [String(Object.values(attributes)[0] ?? ''), value],
      ),
    );
  expect(points('cpc.events')).toEqual({ attempted: 2, acknowledged: 1, deadLettered: 1 });
  expect(points('cpc.queue.operations')).toMatchObject({ deadLetter: 1, waiting: 0 });
  expect(Object.keys(points('cpc.attempt.duration'))).toEqual(['acknowledged', 'rejected']);
  await reader.shutdown();
});

test('a traced transport batches, and keeps order, as its inner one says', () => {
  const tracer = new BasicTracerProvider().getTracer('test');
  const inner: Transport = { send: () => Promise.resolve([]), maxBatchSize: 7, keepsOrder: true };
  expect(tracedTransport(inner, tracer)).toMatchObject({ maxBatchSize: 7, keepsOrder: true });
  expect(Object.keys(tracedTransport({ send: inner.send.bind(inner) }, tracer))).toEqual(['send']);
});
