import { describe, expect, test } from '@jest/globals';
import { openQueue } from '../../test/fixtures.js';
import { defer } from '../conflict/resolvers.js';
import { defineOperation } from '../operation/define-operation.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';
import { TRACE_VERSION, TraceRecorder, type TraceRecorderOptions } from '../trace.js';
import { SyncWorker } from '../worker/sync-worker.js';

const note = defineOperation<{ text: string }>('note', { conflict: defer });
const SECRET = 'the secret of the house';
const reason = { code: 'BUSY', message: `later, ann`, details: { body: SECRET } };
const outcomes: readonly DeliveryOutcome[] = [
  { kind: 'acknowledged', result: { text: SECRET } },
  { kind: 'retry', reason, afterMs: 5000 },
  { kind: 'unreachable', reason },
  { kind: 'rejected', reason },
  { kind: 'conflict', remote: { value: { text: SECRET }, version: '7' } },
];

/** A worker that met each of the outcomes, and its trace. */
async function recorded(options?: TraceRecorderOptions, isHeard = true) {
  const rig = await openQueue([note]);
  const trace = new TraceRecorder(options);
  const stop = isHeard ? trace.listen(rig.queue) : undefined;
  rig.transport.answer(...outcomes);
  await rig.queue.signIn('ann');
  for (let at = 0; at < outcomes.length; at++)
    await rig.queue.enqueue(note, { text: SECRET }, { id: `${at}`, entity: `e${at}`, base: SECRET });
  const worker = new SyncWorker({ queue: rig.queue, transport: rig.transport, rules: trace.rules });
  await worker.drain();
  const lines = [...trace.lines()];
  return {
    ...rig,
    trace,
    stop,
    lines,
    text: lines.join(''),
    objects: lines.map((line) => JSON.parse(line) as unknown),
  };
}

test('holds each decision, with what was asked on the way, between a header and the events around it', async () => {
  const { objects } = await recorded();
  expect(objects[0]).toEqual({ format: 'cpc-sync-trace', version: TRACE_VERSION, redacts: [], dropped: 0 });
  const decisions = objects.filter((line) => (line as { type?: string }).type === 'decision');
  expect(decisions).toMatchObject([
    { operation: { id: '0' }, outcome: { kind: 'acknowledged' }, asked: [], settlement: { kind: 'remove' } },
    {
      outcome: { kind: 'retry', afterMs: 5000 },
      asked: [{ of: 'backoff', attempt: 1, previousDelayMs: 0 }],
      settlement: { kind: 'reschedule', delayMs: 5000, counts: true },
      policy: { maxAttempts: 10, maxConflictRounds: 5 },
    },
    {
      outcome: { kind: 'unreachable' },
      asked: [{ of: 'outage', attempt: 1 }],
      settlement: { counts: false },
    },
    { settlement: { kind: 'hold', state: 'deadLetter' } },
    { settlement: { kind: 'hold', state: 'parked', failure: { code: 'CONFLICT_DEFERRED' } } },
  ]);
  expect(JSON.stringify(objects)).toContain('"type":"parked"');
});

describe('what people wrote', () => {
  test('is in no line: no payload, base, answer, value of the server or detail', async () => {
    const { text } = await recorded();
    expect(text).not.toContain(SECRET);
    expect(text).toContain('[redacted]');
    expect(text).toContain('later, ann');
    expect(text).toContain('"principal":"ann"');
  });

  test('is more where the app says so', async () => {
    const { text, objects } = await recorded({ redact: ['message', 'principal', 'entity'] });
    expect(text).not.toMatch(/ann|"e[0-9]"/);
    expect(objects[0]).toMatchObject({ redacts: ['message', 'principal', 'entity'] });
  });
});

test('never holds more bytes than it may, and says how many lines are missing', async () => {
  const { lines: all } = await recorded();
  const { lines, objects } = await recorded({ maxBytes: 4000 });
  const [, ...kept] = lines;
  expect(Buffer.byteLength(kept.join(''))).toBeLessThanOrEqual(4000);
  expect(objects[0]).toMatchObject({ dropped: all.length - lines.length });
  expect(kept).toEqual(all.slice(-kept.length));
});

test('drops old lines for as long as it runs', () => {
  const trace = new TraceRecorder({ maxBytes: 2000 });
  const policy = { maxAttempts: 3 } as Parameters<typeof trace.rules>[2];
  for (let at = 0; at < 5000; at++) {
    const operation = { id: `${at}` } as Parameters<typeof trace.rules>[0];
    trace.rules(operation, { kind: 'acknowledged' }, policy, at);
  }
  const [header, ...kept] = [...trace.lines()].map((line) => JSON.parse(line) as { now: number });
  expect(header).toMatchObject({ dropped: 5000 - kept.length });
  expect(kept.map(({ now }) => now)).toEqual(kept.map((_, at) => 5000 - kept.length + at));
});

test('hears nothing more when it is told to stop, and nothing at all when it was not told to listen', async () => {
  const { trace, stop, queue, lines } = await recorded();
  stop?.();
  await queue.enqueue(note, { text: 'late' });
  expect([...trace.lines()]).toEqual(lines);
  expect((await recorded({}, false)).text).not.toContain('"type":"event"');
});

test('refuses a bound that is none', () => {
  expect(() => new TraceRecorder({ maxBytes: 0 })).toThrow(RangeError);
});
