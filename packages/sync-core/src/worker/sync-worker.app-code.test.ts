import { describe, expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { opened, type RigOptions } from '../../test/rig.js';
import { acknowledged, retry, unreachable } from '../../test/scripted-transport.js';
import { defineOperation } from '../operation/define-operation.js';
import { decide } from '../outcome/decide.js';
import type { BackoffStrategy } from '../ports/backoff-strategy.js';

const boom = (): never => {
  throw new Error('boom');
};
const ids = Array.from({ length: 50 }, (_, at) => `x${at}`);
const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** A batch of 50 of which the server takes 49, with code of the app that fails after the send. */
async function batchWith(options: RigOptions, last: 'conflict' | 'retry' | 'unreachable') {
  const rig = await opened({ maxBatchSize: 50, ...options });
  const outcomes = {
    conflict: { kind: 'conflict', remote: { value: 1, version: '2' } },
    retry: retry(),
    unreachable,
  } as const;
  rig.transport.answer = ({ id }) => (id === 'x49' ? outcomes[last] : acknowledged);
  await rig.enqueue(ids);
  await rig.worker.start();
  await rig.clock.advance(10);
  return rig;
}

describe('code of the app that fails after the send costs one operation an attempt, and its batch nothing', () => {
  const nonsense: BackoffStrategy = { delayMs: () => NaN };
  test.each<[string, RigOptions, 'conflict' | 'retry' | 'unreachable', string]>([
    ['a backoff that throws', { backoff: { delayMs: boom } }, 'retry', 'RULES_FAILED'],
    ['a backoff that gives no time', { backoff: nonsense }, 'retry', 'RULES_FAILED'],
    ['an outage backoff that throws', { outageBackoff: { delayMs: boom } }, 'unreachable', 'RULES_FAILED'],
    [
      'rules that throw',
      { rules: (...args) => (args[0].id === 'x49' ? boom() : decide(...args)) },
      'retry',
      'RULES_FAILED',
    ],
    [
      'rules that answer with nothing',
      { rules: (...args) => (args[0].id === 'x49' ? (undefined as never) : decide(...args)) },
      'retry',
      'RULES_FAILED',
    ],
    ['a resolver that throws', { resolver: { resolve: boom } }, 'conflict', ''],
    [
      'a resolver that throws what has no text',
      {
        resolver: {
          resolve: () => {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- what an app may do
            throw revoked.proxy;
          },
        },
      },
      'conflict',
      '',
    ],
  ])('%s', async (_, options, last, code) => {
    const rig = await batchWith(options, last);
    expect(await rig.total()).toBe(1);
    expect(rig.told('acknowledged')).toHaveLength(49);
    const { attempts, history, state } = await rig.get('x49');
    expect([state, history.length]).toEqual(['scheduled', 1]);
    expect(attempts).toBeLessThanOrEqual(1);
    expect(new Set(rig.failures)).toEqual(new Set(code === '' ? [] : [code]));
  });

  test('an assignedId that throws', async () => {
    const note = defineOperation('note', { assignedId: boom });
    const rig = await opened({ maxBatchSize: 50, operations: [note] });
    await rig.enqueue(ids);
    await rig.worker.start();
    await rig.clock.advance(10);
    expect(await rig.total()).toBe(0);
  });

  test('a record whose timestamp is nonsense', async () => {
    const rig = await opened({ maxBatchSize: 50 });
    const timestamp = {
      toString: boom,
    } as unknown as string;
    rig.transport.answer = ({ id }) =>
      id === 'x49' ? { kind: 'conflict', remote: { value: 1, timestamp } } : acknowledged;
    await rig.enqueue(ids);
    await rig.worker.start();
    await rig.clock.advance(10);
    expect(await rig.total()).toBe(1);
  });

  test('a settlement that cannot be stored', async () => {
    const rig = await opened({ maxBatchSize: 50 });
    rig.transport.answer = ({ id }) => (id === 'x49' ? retry() : acknowledged);
    const settle = rig.inner.settle.bind(rig.inner);
    rig.inner.settle = (token, settlements) =>
      settlements.some(({ id }) => id === 'x49')
        ? Promise.reject(new Error('cannot be stored'))
        : settle(token, settlements);
    await rig.enqueue(ids);
    await rig.worker.start();
    await rig.clock.advance(5000);
    expect(await rig.total()).toBe(1);
    expect(rig.told('acknowledged')).toHaveLength(49);
    rig.inner.settle = settle;
    await rig.clock.advance(60_000);
    expect((await rig.get('x49')).history).not.toEqual([]);
  });
});

describe('what an app hands in to be called is told once, and disturbs nothing', () => {
  test.each<[string, () => unknown]>([
    ['throws', boom],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ])('a monitor whose report %s', async (_, report) => {
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', onRejection);
    const monitor = Object.assign(new ManualNetworkMonitor(), { report });
    const rig = await opened({ monitor });
    await rig.enqueue(ids);
    await rig.worker.start();
    await rig.clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 1));
    process.off('unhandledRejection', onRejection);
    expect(rejections).toEqual([]);
    expect(rig.failures).toEqual(['NETWORK_UNREACHABLE']);
    expect(await rig.total()).toBe(0);
  });

  test('a listener of rounds that listens anew while it is called', async () => {
    const rig = await opened();
    let heard = 0;
    const listen = (): void => {
      const subscription = rig.worker.rounds$.subscribe(() => {
        heard++;
        subscription.unsubscribe();
        if (heard < 1000) listen();
      });
    };
    listen();
    await rig.enqueue(['a', 'b']);
    await rig.worker.start();
    await rig.clock.advance(10);
    expect(heard).toBe(2);
  });
});
