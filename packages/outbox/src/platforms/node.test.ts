import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { NodeNetworkMonitor } from '@cpc/network/node';
import { addNote, ENDPOINT, recordingFetch } from '../../test/recording-fetch.js';
import { createOutbox, type Outbox } from '../index.js';
import { nodePreset, type NodePresetOptions } from './node.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-preset-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const till = (options: Omit<NodePresetOptions, 'database' | 'endpoint'>): Outbox =>
  createOutbox({
    plugins: nodePreset({ database: join(folder, 'till.sqlite'), endpoint: ENDPOINT, ...options }),
    operations: [addNote],
  });

test('delivers what an earlier process left in the file', async () => {
  const { fetch, keys } = recordingFetch();
  const earlier = till({ transport: { fetch } });
  await earlier.open();
  const { id } = await earlier.queue.enqueue(addNote, { text: 'apples' });
  await earlier.close();
  expect(keys).toEqual([]);
  await using later = till({ transport: { fetch } });
  await later.start();
  await later.worker.drain();
  expect(keys).toEqual([id]);
});

test('asks the probe that it was given', async () => {
  let asked = 0;
  const probe = (): Promise<void> => {
    asked += 1;
    return Promise.resolve();
  };
  const address = {
    address: '192.0.2.7',
    netmask: '255.255.255.0',
    family: 'IPv4',
    internal: false,
  } as const;
  const interfaces = () => ({ eth0: [{ ...address, mac: '00:00:5e:00:53:01', cidr: '192.0.2.7/24' }] });
  await using sync = till({ probe, monitor: { interfaces } });
  await sync.start();
  expect(sync.monitor).toBeInstanceOf(NodeNetworkMonitor);
  expect(asked).toBe(1);
});
