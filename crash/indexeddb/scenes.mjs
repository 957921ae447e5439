import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cast } from './cast.mjs';

/**
 * @typedef {import('../extent.mjs').Play & {
 *   server: Awaited<ReturnType<typeof import('./judge-server.mjs').startJudgeServer>>
 * }} Stage
 *
 * @typedef {object} Played
 * @property {number} kills
 * @property {string} [note]
 * @property {readonly string[]} [faults] what went wrong beside the ledger
 */

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @type {Readonly<Record<string, (stage: Stage) => Promise<Played>>>} */
export const SCENES = {
  'tabs killed while 6 run': killTabs,
  'a renderer stopped past its lease': stopRenderers,
  'browsers killed with -9': killBrowsers,
  'quota reached': reachQuota,
  'storage deleted under live tabs': deleteStorage,
};

/** @param {Stage} stage */
async function killTabs({ server, random, randomInteger, amount }) {
  const cast = await Cast.enter({ origin: server.origin });
  const wanted = amount({ short: 5, full: 50, long: 300 });
  for (let tab = 0; tab < 6; tab++) await cast.openTab();
  let kills = 0;
  while (kills < wanted) {
    await pause(100 + 400 * random());
    const renderers = await cast.processes('renderer');
    const before = cast.crashes;
    process.kill(renderers[randomInteger(renderers.length)], 'SIGKILL');
    await until(() => cast.crashes > before, 1000);
    kills += cast.crashes - before;
    while (cast.tabs.size < 6) await cast.openTab();
  }
  return { kills, faults: await drain(cast, server) };
}

/**
 * The tab that sent last is stopped, mostly between its claim and its send; others take over after its lease, and
 * it wakes up.
 *
 * @param {Stage} stage
 */
async function stopRenderers({ server, random, amount }) {
  const cast = await Cast.enter({ origin: server.origin });
  const tabs = [];
  for (let tab = 0; tab < 3; tab++) tabs.push(await cast.openTabWithProcess({ thinkMs: 200 }));
  const stops = amount({ short: 2, full: 10, long: 50 });
  let sentMeanwhile = 0;
  for (let stop = 0; stop < stops; stop++) {
    await pause(300 + 300 * random());
    const [leader] = tabs
      .filter(({ pid }) => pid !== undefined)
      .sort((a, b) => (server.senders.get(b.tab) ?? 0) - (server.senders.get(a.tab) ?? 0));
    if (leader?.pid === undefined) throw new Error('No tab has a renderer of its own.');
    process.kill(leader.pid, 'SIGSTOP');
    const before = server.ledger.effects;
    // More than a lease, so that the others take over what the sleeper holds.
    await pause(4000);
    sentMeanwhile += server.ledger.effects - before;
    process.kill(leader.pid, 'SIGCONT');
  }
  await pause(1000);
  const faults = await drain(cast, server);
  return {
    kills: stops,
    note: `${sentMeanwhile} effects came from other tabs while one was stopped`,
    faults,
  };
}

/** @param {Stage} stage */
async function killBrowsers({ server, random, amount }) {
  const profile = await mkdtemp(join(tmpdir(), 'cpc-crash-'));
  const kills = amount({ short: 1, full: 5, long: 30 });
  for (let kill = 0; kill < kills; kill++) {
    const cast = await Cast.enter({ origin: server.origin, profile });
    for (let tab = 0; tab < 2; tab++) await cast.openTab();
    await pause(500 + 1000 * random());
    const [pid] = await cast.processes('browser');
    process.kill(pid, 'SIGKILL');
    await cast.leave().catch(() => undefined);
    await pause(300);
  }
  const cast = await Cast.enter({ origin: server.origin, profile });
  const faults = await drain(cast, server);
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  return { kills, faults };
}

/** @param {Stage} stage */
async function reachQuota({ server }) {
  const cast = await Cast.enter({ origin: server.origin });
  const session = await cast.browser.context.newCDPSession(await cast.browser.context.newPage());
  const quota = (size) => session.send('Storage.overrideQuotaForOrigin', { origin: server.origin, ...size });
  // Before the first write: a browser remembers for a while how much room there was.
  await quota({ quotaSize: 3_000_000 });
  const page = await cast.openTab({ produce: false });
  const code = await page.evaluate(() => globalThis.crash.fill('x'.repeat(20_000)));
  if (code !== 'STORAGE_FULL') throw new Error(`A full storage must say STORAGE_FULL, but it said ${code}.`);
  const full = await page.evaluate(() => globalThis.crash.waiting());
  await page.evaluate(() => globalThis.crash.drainNow());
  const left = await withoutProgress(page, full);
  await quota({});
  const faults = left < full ? [] : ['nothing was delivered while the quota was used up'];
  faults.push(...(await drain(cast, server)));
  const note = `full with ${full} operations; ${left} were left before space returned`;
  return { kills: 0, note, faults };
}

/** @param {Stage} stage */
async function deleteStorage({ server, amount }) {
  const cast = await Cast.enter({ origin: server.origin });
  for (let tab = 0; tab < 3; tab++) await cast.openTab();
  const deletions = amount({ short: 2, full: 4, long: 20 });
  for (let deletion = 0; deletion < deletions; deletion++) {
    await pause(1000);
    server.ledger.forgetDevice();
    const options = { origin: server.origin, storageTypes: 'indexeddb' };
    const [page] = cast.tabs;
    if (deletion % 2 === 0) {
      const session = await cast.browser.context.newCDPSession(page);
      await session.send('Storage.clearDataForOrigin', options);
    } else {
      await page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const request = globalThis.indexedDB.deleteDatabase('crash');
            request.onsuccess = () => resolve(undefined);
            request.onerror = () => reject(request.error);
          }),
      );
    }
    // Again, for what was acknowledged before the deletion and reported just behind it.
    await pause(200);
    server.ledger.forgetDevice();
  }
  await pause(500);
  return { kills: deletions, faults: await drain(cast, server) };
}

/**
 * Lets everything go out, in a tab that outlives the others.
 *
 * @returns {Promise<readonly string[]>} what the device still holds, though the faults are over
 */
async function drain(cast, server) {
  await cast.stopProducing();
  const page = await cast.openTab({ produce: false });
  await cast.closeOthers(page);
  const isEmpty = await until(
    async () => server.ledger.missing().length === 0 && (await waiting(page)) === 0,
    60_000,
  );
  const faults = isEmpty ? [] : [`the queue did not run empty: ${await waiting(page)} operations were left`];
  await cast.leave();
  return faults;
}

/** How many operations wait when for 3 s none has left. */
async function withoutProgress(page, before) {
  let left = before;
  while (left > 0 && (await until(async () => (await waiting(page)) < left, 3000)))
    left = await waiting(page);
  return left;
}

function waiting(page) {
  return page.evaluate(() => globalThis.crash.waiting());
}

async function until(condition, timeoutMs) {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    if (await condition()) return true;
    await pause(50);
  }
  return false;
}
