import 'fake-indexeddb/auto';
import { expect, test } from '@jest/globals';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { addNote, ENDPOINT, recordingFetch } from '../../test/recording-fetch.js';
import { createOutbox } from '../index.js';
import { browserPreset } from './browser.js';
import { serviceWorkerPreset } from './service-worker.js';

const operations = [addNote];

test('delivers what a page left behind, and leaves no timer that keeps it awake', async () => {
  const clock = new ManualClock();
  const { fetch, keys } = recordingFetch();
  const page = createOutbox({
    plugins: browserPreset({ database: 'till', endpoint: ENDPOINT, storage: { clock } }),
    operations,
  });
  await page.open();
  const { id } = await page.queue.enqueue(addNote, { text: 'apples' });
  await page.close();

  const plugins = serviceWorkerPreset({
    database: 'till',
    endpoint: ENDPOINT,
    storage: { clock },
    transport: { fetch, clock },
  });
  await using sync = createOutbox({
    plugins: [...plugins, { name: 'manual-clock', clock: () => clock }],
    operations,
  });
  await sync.open();
  await sync.worker.drain();
  expect(keys).toEqual([id]);
  expect(clock.pendingTimers).toBe(0);
});

test('brings no monitor, whose timers would keep a service worker awake', () => {
  const plugins = serviceWorkerPreset({ database: 'till', endpoint: ENDPOINT });
  expect(createOutbox({ plugins, operations }).monitor).toBeUndefined();
});
