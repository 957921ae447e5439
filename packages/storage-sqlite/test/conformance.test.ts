import { test } from '@jest/globals';
import { queueStorageCases } from '@cpc/testing';
import { sqliteHarness } from './sqlite-harness.js';

// Every step is synced to a real disk, which may be slow.
for (const { name, run } of queueStorageCases(() => sqliteHarness())) test(name, run, 60_000);
