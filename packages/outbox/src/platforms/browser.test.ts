import 'fake-indexeddb/auto';
import { expect, test } from '@jest/globals';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { addNote, ENDPOINT, recordingFetch } from '../../test/recording-fetch.js';
import { createOutbox, type Outbox } from '../index.js';
import { browserPreset, type BrowserPresetOptions } from './browser.js';

const page = (options: Omit<BrowserPresetOptions, 'endpoint'>): Outbox =>
  createOutbox({
    plugins: browserPreset({ endpoint: ENDPOINT, ...options }),
    operations: [addNote],
  });

test('delivers, and knows from the answer that there is a network', async () => {
  const { fetch, keys } = recordingFetch();
  await using sync = page({ database: 'till', transport: { fetch } });
  await sync.start();
  const { id } = await sync.queue.enqueue(addNote, { text: 'apples' });
  await sync.worker.drain();
  expect(keys).toEqual([id]);
  expect(sync.monitor?.status).toMatchObject({ state: 'online', source: 'requests' });
});

test('what was enqueued in one page lies in the database for the next', async () => {
  const { fetch, keys } = recordingFetch();
  const first = page({ database: 'shared', transport: { fetch } });
  await first.open();
  const { id } = await first.queue.enqueue(addNote, { text: 'apples' });
  await first.close();
  await using other = page({ database: 'other', transport: { fetch } });
  await other.start();
  await other.worker.drain();
  expect(keys).toEqual([]);
  await using second = page({ database: 'shared', transport: { fetch } });
  await second.start();
  await second.worker.drain();
  expect(keys).toEqual([id]);
});

test('with a probe the monitor is online before anything was sent', async () => {
  const clock = new ManualClock();
  const asked: unknown[] = [];
  const probe = {
    url: 'https://market.example/health',
    expect: { status: 204 },
    clock,
    fetch: (input: unknown) => {
      asked.push(input);
      return Promise.resolve(new Response(null, { status: 204 }));
    },
  };
  await using sync = page({ database: 'probed', probe, monitor: { clock } });
  await sync.start();
  await clock.advance(0);
  expect(asked).toHaveLength(1);
  expect(sync.monitor?.status.state).toBe('online');
});

test('a wrong option is found when it is wired', () => {
  expect(() => page({ database: 'not a name!' })).toThrow(RangeError);
});
