import 'fake-indexeddb/auto';
import { queueStorageCases } from '@cpc/testing';
import { test } from '@jest/globals';
import { storageHarness } from './storage-harness.js';

let databases = 0;

for (const { name, run } of queueStorageCases(() => storageHarness(`conformance-${++databases}`)))
  test(name, run);
