import { expect, test } from '@jest/globals';
import { notify } from '../../test/faulty-storage.js';
import { opened, Rig, running } from '../../test/rig.js';
import { acknowledged } from '../../test/scripted-transport.js';
import { settled } from '../../test/fixtures.js';

const mismatch = { code: 'PRINCIPAL_MISMATCH' };

test('who is signed in is kept by the storage, and known to another queue on it once that is open', async () => {
  const first = await opened();
  await first.queue.signIn('ann');
  const second = await opened({ beside: first });
  expect(second.queue.principal).toBe('ann');
  await second.queue.signOut();
  notify(first.inner, { kind: 'signedIn' });
  await settled();
  expect(first.queue.principal).toBe(undefined);
  expect(first.told('principalChanged').at(-1)).toMatchObject({ principal: undefined, before: 'ann' });
});

test('a sign-in before the queue is open counts, and is stored as it opens', async () => {
  const rig = new Rig();
  await rig.queue.signIn('ann');
  expect(rig.queue.principal).toBe('ann');
  await rig.queue.open();
  expect(await rig.inner.signedIn()).toEqual({ principal: 'ann' });
});

test('what is enqueued after a sign-in that nobody awaited is already that person’s', async () => {
  const rig = await opened();
  void rig.queue.signIn('ann');
  await rig.enqueue(['a']);
  expect((await rig.get('a')).principal).toBe('ann');
  await rig.queue.signOut();
  expect(rig.told('principalChanged')).toEqual([
    { type: 'principalChanged', principal: 'ann', before: undefined },
    { type: 'principalChanged', principal: undefined, before: 'ann' },
  ]);
});

test('a sign-in that cannot be stored rejects, sends nothing, and is stored by the next claim', async () => {
  const rig = await running();
  await rig.queue.signIn('ann');
  await rig.enqueue(['a']);
  await rig.clock.advance(10);
  rig.faults.fail('signIn', 2);
  await expect(rig.queue.signIn('ben')).rejects.toThrow('disk on fire');
  await rig.enqueue(['b']);
  rig.worker.resume();
  await rig.clock.advance(60_000);
  expect(await rig.inner.signedIn()).toEqual({ principal: 'ben' });
  expect(rig.transport.batches.map(({ operations }) => operations[0]?.principal)).toEqual(['ann', 'ben']);
});

test('a sign-in that could not be stored gives way to what another queue said meanwhile', async () => {
  const rig = await running();
  const other = await opened({ beside: rig });
  rig.faults.fail('signIn', 1);
  await expect(rig.queue.signIn('ben')).rejects.toThrow('disk on fire');
  await other.queue.signIn('cleo');
  rig.worker.resume();
  await rig.clock.advance(60_000);
  expect(await rig.inner.signedIn()).toEqual({ principal: 'cleo' });
  expect(rig.queue.principal).toBe('cleo');
  expect(rig.told('principalChanged').at(-1)).toMatchObject({ principal: 'cleo', before: 'ben' });
});

test('a purge that could not be stored is made good though another queue spoke meanwhile', async () => {
  const rig = await running();
  rig.transport.answer = () => 'hang';
  await rig.queue.signIn('ann');
  await rig.enqueue(['a']);
  const other = await opened({ beside: rig });
  rig.faults.fail('signIn', 1);
  await expect(rig.queue.signOut({ unsent: 'purge' })).rejects.toThrow('disk on fire');
  await other.queue.signIn('cleo');
  rig.worker.resume();
  await rig.clock.advance(60_000);
  expect(await rig.total()).toBe(0);
  expect(rig.queue.principal).toBe('cleo');
});

test('a sign-in that is said again until it can be stored is stored once, as said last', async () => {
  const rig = await opened();
  const other = await opened({ beside: rig });
  rig.faults.fail('signIn', 2);
  await expect(rig.queue.signIn('ben')).rejects.toThrow('disk on fire');
  await other.queue.signIn('cleo');
  await expect(rig.queue.signIn('ben')).rejects.toThrow('disk on fire');
  expect(await rig.queue.signIn('ben')).toEqual({ adopted: [] });
  expect(await rig.inner.signedIn()).toEqual({ principal: 'ben' });
  expect(rig.told('principalChanged')).toEqual([
    { type: 'principalChanged', principal: 'ben', before: 'cleo' },
  ]);
});

test('a worker whose queue has not heard of another sign-in claims nothing for the one before', async () => {
  const stale = await opened();
  await stale.queue.signIn('ann');
  await stale.enqueue(['a']);
  const other = await opened({ beside: stale });
  await other.queue.signIn('ben');
  await other.enqueue(['b']);
  expect(stale.queue.principal).toBe('ann');
  await stale.worker.start();
  await stale.clock.advance(100);
  expect(stale.transport.sent).toEqual(['b']);
  expect(stale.queue.principal).toBe('ben');
});

test('signing out keeps what is unsent, or purges it and says how much that was', async () => {
  const rig = await opened();
  await rig.queue.signIn('ann');
  await rig.enqueue(['a1', 'a2']);
  expect(await rig.queue.signOut()).toEqual({ purged: 0 });
  await rig.queue.signIn('ben');
  await rig.enqueue(['b']);
  await rig.queue.signIn('ann');
  expect(await rig.queue.signOut({ unsent: 'purge' })).toEqual({ purged: 2 });
  expect(rig.told('purged')).toEqual([{ type: 'purged', principals: ['ann'], count: 2 }]);
  const { items } = await rig.queue.list({ principals: 'all' });
  expect(items.map(({ id }) => id)).toEqual(['b']);
});

test('a purge ends what is being sent, whose outcome then changes nothing', async () => {
  const rig = await running();
  rig.transport.answer = () => 'hang';
  await rig.queue.signIn('ann');
  await rig.enqueue(['a']);
  await rig.clock.advance(10);
  expect(await rig.queue.signOut({ unsent: 'purge' })).toEqual({ purged: 1 });
  expect(rig.transport.batches[0]?.signal.aborted).toBe(true);
  rig.transport.answer = () => acknowledged;
  rig.transport.release();
  await rig.clock.advance(10);
  expect(await rig.total()).toBe(0);
});

test('what nobody owned is adopted at the next sign-in', async () => {
  const rig = await opened();
  await rig.enqueue(['mine']);
  expect(await rig.queue.signIn('ann')).toEqual({ adopted: ['mine'] });
  expect(rig.told('adopted')).toEqual([{ type: 'adopted', principal: 'ann', ids: ['mine'] }]);
  expect((await rig.queue.get('mine'))?.principal).toBe('ann');
});

test('a guest whose answer was lost has one effect: what was attempted is sent as nobody’s or not at all', async () => {
  const rig = await running();
  const effects: (string | undefined)[] = [];
  let isLost = true;
  rig.transport.answer = ({ principal }) => {
    effects.push(principal);
    return isLost ? 'hang' : acknowledged;
  };
  await rig.enqueue(['pay'], { entity: 'cart' });
  await rig.clock.advance(10);
  await rig.enqueue(['behind'], { entity: 'cart' });
  expect((await rig.queue.signIn('ann')).adopted).toEqual([]);
  isLost = false;
  rig.transport.release();
  await rig.clock.advance(100_000);
  expect(effects.filter((principal) => principal !== undefined)).toEqual([]);
  const all = { principals: 'all' } as const;
  expect(await rig.queue.explain('pay', all)).toMatchObject({ waitsFor: 'signIn' });
  expect((await rig.queue.explain('pay'))?.message).toContain('nobody was signed in');
  const before = effects.length;
  await rig.queue.signOut();
  await rig.clock.advance(100_000);
  expect(effects.slice(before)).toEqual([undefined, undefined]);
  expect(await rig.total()).toBe(0);
});

test('an app that asks gives what nobody owned to whoever is signed in, attempted or not', async () => {
  const rig = await running({ unowned: 'ask' });
  rig.transport.answer = () => 'hang';
  await rig.enqueue(['tried']);
  await rig.clock.advance(10);
  rig.worker.pause();
  await rig.enqueue(['fresh']);
  await expect(rig.queue.adopt(['fresh'])).rejects.toThrow(TypeError);
  expect(await rig.queue.signIn('ann')).toEqual({ adopted: [] });
  rig.transport.answer = () => acknowledged;
  rig.transport.release();
  await rig.clock.advance(10);
  const { items } = await rig.queue.list({ principals: [undefined] });
  expect(await rig.queue.adopt(items.map(({ id }) => id))).toEqual(['tried', 'fresh']);
  rig.worker.resume();
  await rig.clock.advance(10);
  expect(await rig.total()).toBe(0);
});

test('nobody sees, hears, changes or ends what somebody else did', async () => {
  const rig = await opened();
  const heard: string[] = [];
  const pending: number[] = [];
  const watched: string[] = [];
  await rig.queue.signIn('ann');
  await rig.enqueue(['a'], { entity: 'e' });
  await rig.queue.signIn('ben');
  rig.queue.events$.subscribe((event) => ('id' in event ? heard.push(event.id) : undefined));
  rig.queue.pending$('e').subscribe((found) => pending.push(found.length));
  rig.queue.watch('a').subscribe(({ state }) => watched.push(state));
  await settled();
  expect((await rig.queue.list()).items).toEqual([]);
  expect(await rig.queue.get('a')).toBe(undefined);
  expect(await rig.queue.explain('a')).toEqual({
    state: 'waiting',
    waitsFor: 'signIn',
    message: 'Waits until ann signs in.',
  });
  await expect(rig.queue.edit('a', 'mine now')).rejects.toMatchObject(mismatch);
  await expect(rig.queue.resolve('a', { kind: 'use-local' })).rejects.toMatchObject(mismatch);
  await expect(rig.queue.discard('a')).rejects.toMatchObject(mismatch);
  await expect(rig.queue.retry('a')).rejects.toMatchObject(mismatch);
  await rig.queue.discard('a', { principals: 'all' });
  await settled();
  expect([heard, pending, watched]).toEqual([[], [0], ['unknown']]);
});

test('what waits of an entity is gone from view as somebody else signs in, and comes back', async () => {
  const rig = await opened();
  await rig.queue.signIn('ann');
  await rig.enqueue(['a'], { entity: 'e' });
  const shown: string[][] = [];
  rig.queue.pending$('e').subscribe((found) => shown.push(found.map(({ id }) => id)));
  await settled();
  const change = rig.queue.signIn('ben');
  expect(shown.at(-1)).toEqual([]);
  await change;
  await rig.queue.signIn('ann');
  await settled();
  expect([shown[0], shown[1], shown.at(-1)]).toEqual([['a'], [], ['a']]);
});
