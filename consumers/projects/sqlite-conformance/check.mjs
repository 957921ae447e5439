import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { betterSqlite3, nodeSqlite } from '@cpc/storage-sqlite';
import { queueStorageCases } from '@cpc/testing';
import { sqliteHarness } from './test/sqlite-harness.ts';

/** Every step is synced to a real disk, which may be slow; a case that takes longer than this hangs. */
const CASE_MS = 120_000;

const { version } = createRequire(import.meta.url)('better-sqlite3/package.json');
const drivers = [
  { name: `better-sqlite3 ${version}`, binding: betterSqlite3 },
  { name: `node:sqlite of Node ${process.versions.node}`, binding: nodeSqlite },
];

for (const { name, binding } of drivers) {
  const cases = queueStorageCases(() => sqliteHarness(binding));
  let passed = 0;
  for (const { name: title, run } of cases) {
    const problem = await problemOf(run);
    if (problem === undefined) passed += 1;
    else console.log(`${name}: not so: ${title}\n${problem}`);
  }
  console.log(`${name}: ${passed} of ${cases.length} cases pass`);
  // A suite without cases shows nothing.
  if (passed < cases.length || cases.length < 100) process.exitCode = 1;
}

/** What went wrong in a case, or `undefined`. */
async function problemOf(run) {
  const over = new AbortController();
  const hang = setTimeout(CASE_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`It took longer than ${CASE_MS} ms.`);
  });
  hang.catch(() => undefined);
  try {
    await Promise.race([run(), hang]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.stack : String(error);
  } finally {
    over.abort();
  }
}
