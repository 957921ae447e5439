import { fileURLToPath } from 'node:url';
import { launchBrowser, serveBundle } from '../../../tools/browser/index.mjs';
import { measure } from '../../harness/measure.mjs';
import { atLeast } from '../../harness/report.mjs';

const CALLERS = 100;
const NAMES = {
  rawSingle: 'raw IndexedDB, a strict transaction each',
  rawGroup: 'raw IndexedDB, strict group commit',
  rawChunk: 'raw IndexedDB, strict, one record for all',
  library: 'this library: queue and worker, strict',
  storageAlone: 'this library: the storage alone, strict',
  workbox: 'workbox-background-sync, not strict',
  tanstack: 'TanStack offline-transactions, not strict',
  dexie: 'Dexie, strict',
  dexieBulk: 'Dexie, strict, one bulkAdd for all callers',
};

/** The Chromium half: every contender in the same page, in interleaved rounds. */
export async function run({ rounds, quick, log }) {
  const peers = fileURLToPath(new URL('../../peers/node_modules', import.meta.url));
  const entry = fileURLToPath(new URL('page.mjs', import.meta.url));
  const server = await serveBundle(entry, undefined, [peers]);
  const browser = await launchBrowser();
  try {
    const page = await browser.context.newPage();
    await page.goto(server.origin);
    await page.waitForFunction(() => 'bench' in globalThis);
    log(`IndexedDB, Chromium ${browser.context.browser()?.version()}, payloads of 200 bytes`);
    const enqueue = await enqueueRows(page, { rounds, quick, log });
    const drain = await drainRows(page, { rounds, quick, log });
    return { rows: [...enqueue, ...drain], goals: goals(enqueue, drain) };
  } finally {
    await browser.close();
    await server.close();
  }
}

function enqueueRows(page, { rounds, quick, log }) {
  const times = quick ? 5 : 20;
  return measure(
    `IndexedDB: ${CALLERS} callers enqueue at once`,
    contenders(page, Object.keys(NAMES), 0, async () => {
      await page.evaluate(([n, callers]) => globalThis.bench.enqueue(n, callers), [times, CALLERS]);
      return times * CALLERS;
    }),
    { rounds, log },
  );
}

function drainRows(page, { rounds, quick, log }) {
  const waiting = quick ? 300 : 1000;
  const names = ['rawGroup', 'library', 'storageAlone', 'workbox', 'tanstack', 'dexie'];
  return measure(
    `IndexedDB: drain ${waiting} operations`,
    contenders(page, names, waiting, async () => {
      await page.evaluate(() => globalThis.bench.drain());
      return waiting;
    }),
    { rounds, log },
  );
}

function contenders(page, keys, waiting, work) {
  return keys.map((key) => ({
    name: NAMES[key],
    prepare: async () => {
      await page.evaluate(([name, n]) => globalThis.bench.prepare(name, n), [key, waiting]);
      return { run: work, close: () => page.evaluate(() => globalThis.bench.close()) };
    },
  }));
}

function goals(enqueue, drain) {
  const rate = (rows, key) => rows.find(({ name }) => name === NAMES[key]).opsPerSecond;
  const enqueued = rate(enqueue, 'library');
  const drained = rate(drain, 'library');
  return [
    atLeast(
      'indexeddb-enqueue-raw',
      'IndexedDB: 100 concurrent enqueues, as a share of raw group commit',
      enqueued / rate(enqueue, 'rawGroup'),
      0.8,
    ),
    atLeast(
      'indexeddb-enqueue-workbox',
      'IndexedDB: 100 concurrent enqueues, times Workbox',
      enqueued / rate(enqueue, 'workbox'),
      6,
    ),
    atLeast(
      'indexeddb-enqueue-tanstack',
      'IndexedDB: 100 concurrent enqueues, times TanStack',
      enqueued / rate(enqueue, 'tanstack'),
      6,
    ),
    atLeast(
      'indexeddb-drain-workbox',
      'IndexedDB: draining, times Workbox',
      drained / rate(drain, 'workbox'),
      2,
    ),
    atLeast(
      'indexeddb-drain-tanstack',
      'IndexedDB: draining, times TanStack',
      drained / rate(drain, 'tanstack'),
      2,
    ),
  ];
}
