import { describe, expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { opened, type Rig, type RigOptions, running } from '../../test/rig.js';
import { acknowledged, unauthenticated } from '../../test/scripted-transport.js';
import { ConstantBackoff } from '../backoff/backoff.js';

/** A rig whose server takes only those credentials that are listed as good. */
async function signedIn(options: RigOptions = {}): Promise<{ rig: Rig; good: Set<string | undefined> }> {
  const good = new Set<string | undefined>([undefined]);
  const rig = await running(options);
  rig.transport.latencyMs = 5;
  rig.transport.answer = ({ principal }) => (good.has(principal) ? acknowledged : unauthenticated);
  await rig.queue.signIn('ann');
  return { rig, good };
}

test('a 401 parks the lane of its principal and nobody else', async () => {
  const { rig } = await signedIn();
  await rig.enqueue(['mine']);
  await rig.clock.advance(10);
  void rig.queue.signIn(undefined);
  await rig.enqueue(['nobodys']);
  await rig.clock.advance(10);
  expect(rig.told('signInRequired')).toEqual([
    {
      type: 'signInRequired',
      principal: 'ann',
      failure: unauthenticated.kind === 'unauthenticated' && unauthenticated.reason,
    },
  ]);
  expect(rig.told('acknowledged').map(({ id }) => id)).toEqual(['nobodys']);
  const { state, attempts } = await rig.get('mine');
  expect([state, attempts]).toEqual(['waiting', 0]);
});

test('credentialsRenewed lets the lane go again; others are told nothing', async () => {
  const { rig, good } = await signedIn();
  await rig.enqueue(['mine']);
  await rig.clock.advance(100_000);
  expect(rig.transport.batches).toHaveLength(1);
  good.add('ann');
  rig.worker.credentialsRenewed('bob');
  await rig.clock.advance(10);
  expect(rig.told('signedIn')).toEqual([]);
  rig.worker.credentialsRenewed('ann');
  await rig.clock.advance(10);
  expect(rig.told('signedIn')).toEqual([{ type: 'signedIn', principal: 'ann' }]);
  expect(await rig.total()).toBe(0);
});

describe('a credential provider', () => {
  test('is asked once at a time, and its success lets all go', async () => {
    const asked: (string | undefined)[] = [];
    let finish: (isRenewed: boolean) => void = () => undefined;
    const refresh = (principal: string | undefined): Promise<boolean> => {
      asked.push(principal);
      return new Promise((resolve) => (finish = resolve));
    };
    const { rig, good } = await signedIn({ credentials: { refresh } });
    await rig.enqueue(['1', '2', '3', '4', '5']);
    await rig.clock.advance(1000);
    expect(asked).toEqual(['ann']);
    good.add('ann');
    finish(true);
    await rig.clock.advance(10);
    expect(await rig.total()).toBe(0);
    expect(asked).toEqual(['ann']);
  });

  test('is not blamed by a 401 for what was sent before it renewed the credentials', async () => {
    const asked: unknown[] = [];
    const { rig, good } = await signedIn({
      credentials: {
        refresh: (principal) => {
          asked.push(principal);
          good.add('ann');
          return Promise.resolve(true);
        },
      },
    });
    let isFirst = true;
    rig.transport.answer = ({ id }) => {
      if (id === 'slow' && isFirst) return 'hang';
      return good.has('ann') ? acknowledged : unauthenticated;
    };
    await rig.enqueue(['slow', 'quick']);
    await rig.clock.advance(100);
    expect(asked).toEqual(['ann']);
    isFirst = false;
    rig.transport.answer = ({ id }) =>
      id === 'slow' && rig.transport.batches.length < 4 ? unauthenticated : acknowledged;
    rig.transport.release();
    await rig.clock.advance(100);
    expect(await rig.total()).toBe(0);
    expect(asked).toEqual(['ann']);
  });

  test('whose new credentials meet a 401 again is not asked again until somebody resumes', async () => {
    let asked = 0;
    const { rig, good } = await signedIn({ credentials: { refresh: () => Promise.resolve(++asked > 0) } });
    await rig.enqueue(['x']);
    await rig.clock.advance(1_000_000);
    expect([asked, rig.transport.batches.length]).toEqual([1, 2]);
    good.add('ann');
    rig.worker.credentialsRenewed('ann');
    await rig.clock.advance(10);
    expect(await rig.total()).toBe(0);
  });

  test('is asked again for the next 401 after its credentials were taken', async () => {
    let asked = 0;
    const { rig, good } = await signedIn({
      credentials: {
        refresh: () => {
          asked++;
          good.add('ann');
          return Promise.resolve(true);
        },
      },
    });
    for (const id of ['1', '2']) {
      good.delete('ann');
      await rig.enqueue([id]);
      await rig.clock.advance(100);
    }
    expect([asked, await rig.total()]).toEqual([2, 0]);
  });

  test('that says no leaves the lane parked, and is not asked again', async () => {
    let asked = 0;
    const { rig } = await signedIn({ credentials: { refresh: () => Promise.resolve(++asked === 0) } });
    await rig.enqueue(['x']);
    await rig.clock.advance(1_000_000);
    expect([asked, rig.transport.batches.length]).toEqual([1, 1]);
    expect(rig.failures).toEqual([]);
    expect((await rig.queue.explain('x'))?.waitsFor).toBe('signIn');
  });

  const noAnswers: [string, () => Promise<boolean>][] = [
    ['rejects', () => Promise.reject(new Error('no network'))],
    [
      'throws',
      () => {
        throw new Error('no network');
      },
    ],
    ['says neither yes nor no', () => Promise.resolve(undefined as unknown as boolean)],
    ['never settles', () => new Promise(() => undefined)],
  ];

  test.each(noAnswers)(
    'that %s is asked again by itself, after a growing wait, and told once; all that waits goes then',
    async (_, first) => {
      const askedAt: number[] = [];
      const { rig, good } = await signedIn({
        refreshTimeoutMs: 5000,
        credentials: {
          refresh: () => {
            askedAt.push(rig.clock.monotonicMs());
            if (askedAt.length < 4) return first();
            good.add('ann');
            return Promise.resolve(true);
          },
        },
      });
      await rig.enqueue(['x']);
      await rig.clock.advance(60_000);
      await rig.enqueue(['y']);
      await rig.clock.advance(100);
      expect(await rig.total()).toBe(0);
      expect(askedAt).toHaveLength(4);
      const waits = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? 0));
      expect(waits.toSorted((one, other) => one - other)).toEqual(waits);
      expect(rig.failures).toEqual(['UNAUTHENTICATED']);
    },
  );

  test('that failed is asked again as soon as the network returns', async () => {
    const monitor = new ManualNetworkMonitor();
    let asked = 0;
    const { rig, good } = await signedIn({
      monitor,
      outageBackoff: new ConstantBackoff(3_600_000),
      credentials: {
        refresh: () => {
          asked++;
          if (monitor.status.state === 'offline') return Promise.reject(new Error('no network'));
          good.add('ann');
          return Promise.resolve(true);
        },
      },
    });
    rig.transport.answer = ({ principal }) => {
      if (!good.has(principal)) monitor.set('offline');
      return good.has(principal) ? acknowledged : unauthenticated;
    };
    await rig.enqueue(['x']);
    await rig.clock.advance(60_000);
    expect(asked).toBe(1);
    monitor.set('online');
    await rig.clock.advance(3000);
    expect([asked, await rig.total()]).toEqual([2, 0]);
  });

  test('is asked one thing at a time, whosever credentials they are', async () => {
    let under = 0;
    let most = 0;
    const { rig, good } = await signedIn({
      credentials: {
        refresh: async (principal) => {
          most = Math.max(most, ++under);
          await new Promise<void>((resolve) => void rig.clock.setTimer(resolve, 100));
          under--;
          good.add(principal);
          return true;
        },
      },
    });
    good.delete(undefined);
    await rig.enqueue(['mine']);
    void rig.queue.signIn(undefined);
    await rig.enqueue(['nobodys']);
    void rig.queue.signIn('ann');
    await rig.clock.advance(1000);
    expect([most, await rig.total()]).toEqual([1, 0]);
  });

  test('whose answer comes after somebody signed in changes nothing', async () => {
    let refuse: (isRenewed: boolean) => void = () => undefined;
    const { rig, good } = await signedIn({
      credentials: { refresh: () => new Promise((resolve) => (refuse = resolve)) },
    });
    await rig.enqueue(['x']);
    await rig.clock.advance(100);
    good.add('ann');
    void rig.queue.signIn('ann');
    refuse(false);
    await rig.clock.advance(100);
    expect(await rig.total()).toBe(0);
    expect(rig.clock.pendingTimers).toBeLessThanOrEqual(1);
  });

  test('that never settles hangs no drain', async () => {
    const rig = await opened({ credentials: { refresh: () => new Promise(() => undefined) } });
    rig.transport.answer = () => unauthenticated;
    await rig.enqueue(['x']);
    for (let round = 0; round < 2; round++) {
      const drained = rig.worker.drain();
      await rig.clock.advance(31_000);
      expect((await drained).successful).toEqual([]);
    }
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('that hangs is aborted by stop, and asked again after the next start', async () => {
    const signals: AbortSignal[] = [];
    const { rig } = await signedIn({
      credentials: {
        refresh: (_, { signal }) => {
          signals.push(signal);
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted')));
          });
        },
      },
    });
    await rig.enqueue(['x']);
    await rig.clock.advance(100);
    await rig.worker.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await rig.clock.advance(0);
    await rig.worker.start();
    await rig.clock.advance(100);
    expect(signals).toHaveLength(2);
    expect(rig.failures).toEqual([]);
  });

  test('gets the time it needs before a drain ends', async () => {
    const rig = await opened({
      credentials: {
        refresh: () =>
          new Promise((resolve) => {
            rig.clock.setTimer(() => {
              rig.transport.answer = () => acknowledged;
              resolve(true);
            }, 2000);
          }),
      },
    });
    rig.transport.answer = () => unauthenticated;
    await rig.enqueue(['x']);
    const drained = rig.worker.drain();
    await rig.clock.advance(3000);
    expect((await drained).successful).toMatchObject([{ id: 'x' }]);
  });
});

describe('another principal', () => {
  test('aborts what is being sent for the old one, and nothing more of the old one is sent', async () => {
    const { rig, good } = await signedIn();
    good.add('ann').add('bob');
    const answer = rig.transport.answer;
    rig.transport.answer = () => 'hang';
    await rig.enqueue(['1', '2']);
    await rig.clock.advance(10);
    rig.transport.answer = answer;
    void rig.queue.signIn('bob');
    expect(rig.transport.batches.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    await rig.enqueue(['3']);
    await rig.clock.advance(100_000);
    expect(rig.transport.batches.slice(2).map(({ operations }) => operations[0]?.principal)).toEqual(['bob']);
    void rig.queue.signIn('ann');
    await rig.clock.advance(100);
    expect(await rig.total()).toBe(0);
  });

  test('who signs in between a claim and its send keeps it from being sent; back again, it goes', async () => {
    const { rig, good } = await signedIn();
    good.add('ann');
    await rig.clock.advance(10);
    const claimed = rig.faults.hang('claim', 'after');
    await rig.enqueue(['x']);
    await rig.clock.advance(0);
    expect((await rig.get('x')).state).toBe('leased');
    void rig.queue.signIn('bob');
    claimed();
    await rig.clock.advance(0);
    expect(rig.transport.batches).toEqual([]);
    void rig.queue.signIn('ann');
    await rig.clock.advance(100);
    expect(await rig.total()).toBe(0);
  });

  test('shares no batch with nobody, where a tool sends for both', async () => {
    const principals = ['ann', undefined];
    const { rig, good } = await signedIn({ maxBatchSize: 10, concurrency: 2, principals, unowned: 'ask' });
    good.add('ann');
    rig.worker.pause();
    await rig.enqueue(['a1', 'a2']);
    void rig.queue.signIn(undefined);
    await rig.enqueue(['n1', 'n2']);
    void rig.queue.signIn('ann');
    await rig.enqueue(['a3']);
    rig.worker.resume();
    await rig.clock.advance(100);
    expect(rig.transport.batches.map(({ operations }) => operations.map(({ id }) => id))).toEqual([
      ['a1', 'a2', 'a3'],
      ['n1', 'n2'],
    ]);
  });
});

describe('signIn of the queue', () => {
  test("lets the lane of a principal go that met a 401, and signing out nobody's", async () => {
    const { rig, good } = await signedIn();
    good.delete(undefined);
    await rig.enqueue(['mine']);
    await rig.enqueue(['another'], { entity: 'e' });
    await rig.clock.advance(100);
    void rig.queue.signIn(undefined);
    await rig.enqueue(['unowned']);
    await rig.clock.advance(100_000);
    const before = rig.transport.batches.length;
    good.add('ann').add(undefined);
    void rig.queue.signIn(undefined);
    await rig.clock.advance(100);
    expect(rig.transport.batches.length).toBe(before + 1);
    void rig.queue.signIn('ann');
    await rig.clock.advance(100);
    expect(rig.transport.batches.length).toBe(before + 3);
    expect(rig.told('signedIn').map(({ principal }) => principal)).toEqual([undefined, 'ann']);
    expect(await rig.total()).toBe(0);
  });

  test('of somebody else leaves the lane parked', async () => {
    const { rig, good } = await signedIn();
    await rig.enqueue(['mine']);
    await rig.clock.advance(100);
    good.add('ann');
    void rig.queue.signIn('bob');
    void rig.queue.signIn(undefined);
    await rig.clock.advance(100_000);
    expect(rig.told('signedIn')).toEqual([]);
    expect((await rig.queue.explain('mine', { principals: 'all' }))?.waitsFor).toBe('signIn');
  });

  test('counts for a worker that was stopped meanwhile', async () => {
    const { rig, good } = await signedIn();
    await rig.enqueue(['mine']);
    await rig.clock.advance(100);
    await rig.worker.stop();
    good.add('ann');
    void rig.queue.signIn('ann');
    await rig.worker.start();
    await rig.clock.advance(100);
    expect(await rig.total()).toBe(0);
  });
});
