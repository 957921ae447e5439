import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cast } from './cast.mjs';

/**
 * @typedef {object} Stage
 * @property {Awaited<ReturnType<typeof import('./ledger-server.mjs').startLedgerServer>>} server
 * @property {() => number} random
 * @property {boolean} long
 *
 * @typedef {object} Scene
 * @property {string} name
 * @property {(stage: Stage) => Promise<{ kills: number, remarks?: string[] }>} play
 */

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @type {readonly Scene[]} */
export const SCENES = [
  { name: 'tabs killed while 6 run', play: killTabs },
  { name: 'a renderer stopped while it sends', play: stopRenderers },
  { name: 'browsers killed with -9', play: killBrowsers },
  { name: 'quota reached', play: reachQuota },
  { name: 'storage deleted under live tabs', play: deleteStorage },
];

/** @param {Stage} stage */
async function killTabs({ server, random, long }) {
  const cast = await Cast.enter({ origin: server.origin });
  const wanted = long ? 300 : 50;
  for (let tab = 0; tab < 6; tab++) await cast.openTab();
  let kills = 0;
  while (kills < wanted) {
    await pause(100 + 400 * random());
    const renderers = await cast.processes('renderer');
    const victim = renderers[Math.floor(random() * renderers.length)];
    const before = cast.crashes;
    process.kill(victim, 'SIGKILL');
    await until(() => cast.crashes > before, 1000);
    kills += cast.crashes - before;
    while (cast.tabs.size < 6) await cast.openTab();
  }
  await drain(cast, server);
  return { kills };
}

/** @param {Stage} stage */
async function stopRenderers({ server, random, long }) {
  const cast = await Cast.enter({ origin: server.origin });
  const tabs = [];
  for (let tab = 0; tab < 3; tab++) tabs.push(await cast.openTabWithProcess());
  const stops = long ? 20 : 3;
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
  await drain(cast, server);
  return { kills: stops, remarks: [`${sentMeanwhile} effects came from other tabs while one was stopped`] };
}

/** @param {Stage} stage */
async function killBrowsers({ server, random, long }) {
  const profile = await mkdtemp(join(tmpdir(), 'cpc-crash-'));
  const kills = long ? 30 : 5;
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
  await drain(cast, server);
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  return { kills };
}

/** @param {Stage} stage */
async function reachQuota({ server }) {
  const cast = await Cast.enter({ origin: server.origin });
  const page = await cast.openTab({ produce: false });
  const quota = (size) =>
    cast.browser.context
      .newCDPSession(page)
      .then((session) => session.send('Storage.overrideQuotaForOrigin', { origin: server.origin, ...size }));
  await quota({ quotaSize: 3_000_000 });
  const code = await page.evaluate(() => globalThis.crash.fill('x'.repeat(20_000)));
  if (code !== 'STORAGE_FULL') throw new Error(`A full storage must say STORAGE_FULL, but it said ${code}.`);
  const full = await page.evaluate(() => globalThis.crash.waiting());
  await page.evaluate(() => globalThis.crash.drainNow());
  await pause(2000);
  const left = await page.evaluate(() => globalThis.crash.waiting());
  await quota({});
  await drain(cast, server);
  return {
    kills: 0,
    remarks: [`full with ${full} operations; ${left} were left after 2 s of draining before space returned`],
  };
}

/** @param {Stage} stage */
async function deleteStorage({ server, long }) {
  const cast = await Cast.enter({ origin: server.origin });
  for (let tab = 0; tab < 3; tab++) await cast.openTab();
  const deletions = long ? 20 : 4;
  for (let deletion = 0; deletion < deletions; deletion++) {
    await pause(1000);
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
    // What was acknowledged on both sides of the deletion, and reported just behind it.
    await pause(200);
    server.ledger.forgetDevice();
  }
  await pause(500);
  await drain(cast, server);
  return { kills: deletions };
}

/** Lets everything go out, in a tab that outlives the others, and checks that the device knows of nothing more. */
async function drain(cast, server) {
  await cast.stopProducing();
  const page = await cast.openTab({ produce: false });
  await until(async () => server.ledger.missing().length === 0 && (await waiting(page)) === 0, 60_000);
  await cast.leave();
}

function waiting(page) {
  return page.evaluate(() => globalThis.crash.waiting());
}

async function until(condition, timeoutMs) {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    if (await condition()) return;
    await pause(50);
  }
}
