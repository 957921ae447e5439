import { expect, test } from '@jest/globals';
import { type Rig, running } from '../../test/rig.js';
import { ManualClock } from '../deterministic.js';
import { Identity } from './identity.js';

/** A rig whose transport tells for whom the server takes this device: whoever the cookie says. */
async function withCookie(): Promise<{ rig: Rig; cookie: { is?: string | undefined; asked: number } }> {
  const cookie: { is?: string | undefined; asked: number } = { asked: 0 };
  const rig = await running();
  Object.assign(rig.transport, {
    whoami: () => {
      cookie.asked++;
      return cookie.is === 'offline' ? Promise.reject(new Error('no route')) : Promise.resolve(cookie.is);
    },
  });
  return { rig, cookie };
}

test('with one shared cookie, nothing is sent while the server takes the device for somebody else', async () => {
  const { rig, cookie } = await withCookie();
  cookie.is = 'ben';
  await rig.queue.signIn('ann');
  await rig.enqueue(['a']);
  await rig.clock.advance(100_000);
  expect(rig.transport.sent).toEqual([]);
  const { state, attempts, attempted, failure } = await rig.get('a');
  expect([state, attempts, attempted, failure]).toEqual(['waiting', 0, false, undefined]);
  expect(rig.told('signInRequired')).toMatchObject([
    { principal: 'ann', failure: { code: 'PRINCIPAL_MISMATCH' } },
  ]);
  cookie.is = 'ann';
  await rig.queue.signIn('ann');
  await rig.clock.advance(10);
  expect(rig.transport.sent).toEqual(['a']);
});

test('the question is asked once for each sign-in, and not for each send', async () => {
  const { rig, cookie } = await withCookie();
  for (const principal of ['ann', 'ben']) {
    cookie.is = principal;
    await rig.queue.signIn(principal);
    for (const at of [1, 2, 3]) {
      await rig.enqueue([`${principal}${at}`]);
      await rig.clock.advance(10);
    }
  }
  expect(await rig.total()).toBe(0);
  expect(cookie.asked).toBe(2);
});

test('a question that nobody answers is an outage', async () => {
  const { rig, cookie } = await withCookie();
  cookie.is = 'offline';
  await rig.queue.signIn('ann');
  await rig.enqueue(['a']);
  await rig.clock.advance(10);
  expect(rig.told('attempted')).toMatchObject([{ attempt: { outcome: 'unreachable' } }]);
  cookie.is = 'ann';
  await rig.clock.advance(600_000);
  expect(rig.transport.sent).toEqual(['a']);
});

test('a question that is given up leaves the operation as unsent as it was', async () => {
  const { rig } = await withCookie();
  Object.assign(rig.transport, { whoami: () => new Promise(() => undefined) });
  await rig.queue.signIn('ann');
  await rig.enqueue(['a']);
  await rig.clock.advance(10);
  await rig.worker.stop();
  const { state, attempted } = await rig.get('a');
  expect([state, attempted]).toEqual(['waiting', false]);
  expect(rig.told('attempted')).toEqual([]);
});

test('an answer that comes together with the end of its attempt confirms nobody', async () => {
  let asked = 0;
  const whoami = () => Promise.resolve((asked++, 'ann'));
  let confirmed = 0;
  for (let ticks = 0; ticks < 20; ticks++) {
    const identity = new Identity({ transport: { whoami }, clock: new ManualClock(), timeoutMs: 1000 });
    const attempt = new AbortController();
    const end = { isHere: false };
    const checked = identity.check('ann', attempt.signal).finally(() => (end.isHere = true));
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
    if (end.isHere) break;
    attempt.abort();
    await checked;
    const before = asked;
    await identity.check('ann', new AbortController().signal);
    if (asked === before) confirmed++;
  }
  // The one tick between its end and our hearing of it.
  expect(confirmed).toBeLessThanOrEqual(1);
});
