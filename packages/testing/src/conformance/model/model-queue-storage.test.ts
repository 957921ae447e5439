import { test } from '@jest/globals';
import { queueStorageCases } from '../queue-storage-cases.js';
import { modelHarness } from './model-harness.js';

for (const { name, run } of queueStorageCases(() => modelHarness())) test(name, run);
