import { describe, expect, test } from '@jest/globals';
import {
  ConstantBackoff,
  decide,
  defineOperation,
  ExponentialBackoff,
  MemoryQueueStorage,
  SyncQueue,
  SyncWorker,
} from '@cpc/sync-core';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { type TraceDecision, TraceRecorder, type TraceRecorderOptions } from '@cpc/sync-core/trace';
import { ModelTransport } from '../faults/model-transport.js';
import { ModelServer } from '../server/model-server.js';
import { simulate } from '../simulation.js';
import { replay } from './replay.js';

/** The traces of all tabs of some bad days. */
async function traces(seeds: readonly number[], options?: TraceRecorderOptions): Promise<readonly string[]> {
  const recorders: TraceRecorder[] = [];
  for (const seed of seeds)
    await simulate({
      seed,
      rules: ({ queue }) => {
        const recorder = new TraceRecorder(options);
        recorder.listen(queue);
        recorders.push(recorder);
        return recorder.rules;
      },
    });
  return recorders.map((recorder) => [...recorder.lines()].join(''));
}

function decisionsOf(trace: string): readonly TraceDecision[] {
  const lines = trace.split('\n').filter((line) => line.startsWith('{"type":"decision"'));
  return lines.map((line) => JSON.parse(line) as TraceDecision);
}

/** The trace of a tab that decided much. */
async function longest(): Promise<string> {
  const [first = ''] = (await traces([1, 2])).toSorted((a, b) => b.length - a.length);
  return first;
}

/** What replaying throws. */
function refusalOf(text: string): unknown {
  try {
    return replay(text);
  } catch (error) {
    return error;
  }
}

const SEEDS = Array.from({ length: 25 }, (_, at) => at + 1);

describe('a trace', () => {
  test('is a few lines to record, and one to replay', async () => {
    const note = defineOperation<string>('note');
    const clock = new ManualClock();
    const transport = new ModelTransport(new ModelServer());
    const queue = new SyncQueue({ storage: new MemoryQueueStorage(), clock }, { operations: [note] });
    await queue.open();
    // #region record
    const trace = new TraceRecorder({ maxBytes: 1_000_000 });
    const worker = new SyncWorker({ queue, transport, rules: trace.rules });
    trace.listen(queue);
    // #endregion
    await queue.enqueue(note, 'a secret');
    await worker.drain();
    const ndjson = [...trace.lines()].join('');
    expect(ndjson).not.toContain('secret');
    // #region replay
    const { decisions, partings } = replay(ndjson);
    expect(decisions).toBe(1);
    expect(partings).toEqual([]);
    // #endregion
  });

  test('is decided again byte for byte, whatever the days were like', async () => {
    const all = await traces(SEEDS);
    let decisions = 0;
    let events = 0;
    for (const trace of all) {
      const result = replay(trace);
      expect(result.partings).toEqual([]);
      decisions += result.decisions;
      events += result.events;
    }
    expect(events).toBeGreaterThan(decisions);
    expect(decisions).toBeGreaterThan(500);
    const found = all.flatMap(decisionsOf);
    expect(new Set(found.map(({ outcome }) => outcome.kind)).size).toBe(7);
    expect(new Set(found.map(({ settlement }) => settlement.kind)).size).toBe(5);
  });

  test('is the same for the same seed', async () => {
    expect(await traces([3])).toEqual(await traces([3]));
  });

  test('is decided again with all names redacted, and from its middle on', async () => {
    for (const trace of await traces([1, 2], {
      redact: ['entity', 'principal', 'message'],
      maxBytes: 20_000,
    })) {
      const { dropped, partings } = replay(trace);
      expect(partings).toEqual([]);
      expect(trace.length).toBeLessThan(21_000);
      expect(dropped).toBeGreaterThanOrEqual(0);
    }
  });

  test('is decided again by the strategies themselves, from the random numbers of then', async () => {
    const trace = await longest();
    const outageBackoff = new ExponentialBackoff({ baseMs: 1000, maxMs: 60_000, jitter: 'equal' });
    const floor = {
      delayMs: (...args: Parameters<ExponentialBackoff['delayMs']>) => outageBackoff.delayMs(...args),
    };
    expect(replay(trace, { backoff: new ExponentialBackoff() }).partings).toEqual([]);
    // A worker lets an operation outlast the open circuit, which is no part of the strategy.
    const parted = replay(trace, { outageBackoff: floor }).partings;
    for (const { recorded } of parted) expect(recorded).toContain('"counts":false');
    expect(replay(trace, { backoff: new ConstantBackoff(7) }).partings.length).toBeGreaterThan(0);
  });
});

describe('rules that changed', () => {
  test('part where they decide otherwise, with line, operation and both settlements', async () => {
    const trace = await longest();
    const { partings } = replay(trace, {
      rules: (operation, outcome, policy, now) => {
        const settlement = decide(operation, outcome, policy, now);
        return outcome.kind === 'unreachable' && settlement.kind === 'reschedule'
          ? { ...settlement, counts: true }
          : settlement;
      },
    });
    expect(partings.length).toBeGreaterThan(0);
    const lines = trace.split('\n');
    for (const { line, id, recorded, replayed } of partings) {
      expect(lines[line - 1]).toContain(`"id":"${id}"`);
      expect(lines[line - 1]).toContain(recorded);
      expect([recorded.includes('"counts":false'), replayed?.includes('"counts":true')]).toEqual([
        true,
        true,
      ]);
    }
  });

  test('part where they ask for something else, or nothing', async () => {
    const trace = await longest();
    const messages = (rules: typeof decide): readonly string[] =>
      replay(trace, { rules }).partings.map(({ message }) => message);
    expect(
      messages((operation, ...rest) => decide({ ...operation, attempts: operation.attempts + 1 }, ...rest)),
    ).toContainEqual(expect.stringMatching(/^The rules ask for attempt/));
    expect(
      messages((operation, outcome, policy, now) => {
        policy.newId();
        return decide(operation, outcome, policy, now);
      }),
    ).toContainEqual('The rules ask for id; they asked for nothing then.');
    const settlements = new Map(decisionsOf(trace).map((one) => [one.now, one.settlement]));
    expect(
      messages((_operation, _outcome, _policy, now) => settlements.get(now) ?? { id: '', kind: 'remove' }),
    ).toContainEqual(expect.stringMatching(/^The rules do not ask for/));
    expect(() =>
      replay(trace, {
        rules: () => {
          throw new RangeError('a defect');
        },
      }),
    ).toThrow('a defect');
  });

  test('part where a strategy draws more random numbers, or bytes', async () => {
    const trace = await longest();
    const draws = replay(trace, {
      backoff: {
        delayMs: (_attempt, _previous, random) => [1, 2, 3].reduce((sum) => sum + random.next(), 0),
      },
    });
    expect(draws.partings[0]?.message).toMatch(/^The strategy draws 2 random numbers; 1 were drawn/);
    const bytes = replay(trace, {
      backoff: {
        delayMs: (_attempt, _previous, random) => {
          random.fill(new Uint8Array(1));
          return 1;
        },
      },
    });
    expect(bytes.partings[0]).toMatchObject({ replayed: undefined });
  });
});

describe('what is no trace is refused with its line', () => {
  const header = '{"format":"cpc-sync-trace","version":1,"redacts":[],"dropped":0}';

  test.each([
    ['', 1],
    ['{}', 1],
    ['7', 1],
    ['{"format":"other","version":1}', 1],
    [`${header}\nnonsense`, 2],
    [`${header}\n\n{"type":"decision"}`, 3],
    [`${header}\n{"type":"event"}`, 2],
  ])('%s', (text, line) => {
    expect(refusalOf(text)).toMatchObject({ code: 'STORAGE_DAMAGED', details: { line } });
  });

  test('a trace of a newer version', () => {
    const newer = '{"format":"cpc-sync-trace","version":2,"redacts":[]}';
    expect(refusalOf(newer)).toMatchObject({ code: 'STORAGE_FORMAT_NEWER' });
    expect(replay(header)).toEqual({ decisions: 0, events: 0, dropped: 0, partings: [] });
  });
});
