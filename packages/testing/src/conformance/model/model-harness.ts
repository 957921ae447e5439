import type { PayloadCodec, QueueStorage } from '@cpc/sync-core';
import type { QueueStorageHarness } from '../queue-storage/queue-storage-harness.js';
import { parkReferring } from './model-ended.js';
import { useCodec } from './model-codec.js';
import { emptyModelData, type ModelQueueData } from './model-queue-data.js';
import { ModelQueueStorage } from './model-queue-storage.js';

/** A harness around the model; `make` puts something else, a broken one for example, in its place. */
export function modelHarness(
  make: (data: ModelQueueData) => QueueStorage = (data) => new ModelQueueStorage(data),
): QueueStorageHarness {
  const data = emptyModelData();
  const instances: QueueStorage[] = [];
  const another = (): QueueStorage => {
    const instance = make(data);
    instances.push(instance);
    return instance;
  };
  const closeAll = async (): Promise<void> => {
    for (const instance of instances) await instance.close();
  };
  const reopen = async (codec?: PayloadCodec): Promise<QueueStorage> => {
    await closeAll();
    useCodec(data, codec);
    return another();
  };
  return {
    storage: another(),
    reopen: () => reopen(),
    reopenWith: reopen,
    second: () => Promise.resolve(another()),
    damage: (id) => {
      const entry = data.entries.find(({ operation }) => operation.id === id);
      if (entry === undefined) return Promise.reject(new Error(`no operation ${id} to damage`));
      data.entries = data.entries.filter((other) => other !== entry);
      data.quarantined.push({
        sequence: entry.sequence,
        id,
        reason: { code: 'STORAGE_DAMAGED', message: 'The record was damaged by the test.' },
        raw: new TextEncoder().encode(JSON.stringify(entry.operation)),
      });
      parkReferring(data, [entry], undefined);
      return Promise.resolve();
    },
    dispose: closeAll,
  };
}
