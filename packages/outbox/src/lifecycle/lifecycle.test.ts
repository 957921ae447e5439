import { expect, test } from '@jest/globals';
import { Lifecycle, type Stage } from './lifecycle.js';

interface Faults {
  readonly up?: string;
  readonly down?: readonly string[];
}

function harness(faults: Faults = {}): { readonly calls: string[]; readonly lifecycle: Lifecycle } {
  const calls: string[] = [];
  const stage = (name: string): Stage => ({
    name,
    up: async () => {
      await Promise.resolve();
      calls.push(`up ${name}`);
      if (faults.up === name) throw new Error(`${name} did not start`);
    },
    down: async () => {
      await Promise.resolve();
      calls.push(`down ${name}`);
      if (faults.down?.includes(name) === true) throw new Error(`${name} did not stop`);
    },
  });
  return { calls, lifecycle: new Lifecycle([stage('queue'), stage('monitor'), stage('worker')]) };
}

test('brings stages up in order and down in reverse', async () => {
  const { calls, lifecycle } = harness();
  await lifecycle.rise(3);
  await lifecycle.fall();
  expect(calls).toEqual(['up queue', 'up monitor', 'up worker', 'down worker', 'down monitor', 'down queue']);
});

test('rises further without repeating what is up', async () => {
  const { calls, lifecycle } = harness();
  await lifecycle.rise(1);
  await lifecycle.rise(3);
  await lifecycle.rise(3);
  expect(calls).toEqual(['up queue', 'up monitor', 'up worker']);
});

test('takes down what was up, and the stage that failed, when one does not start', async () => {
  const { calls, lifecycle } = harness({ up: 'monitor' });
  await expect(lifecycle.rise(3)).rejects.toThrow('monitor did not start');
  expect(calls).toEqual(['up queue', 'up monitor', 'down monitor', 'down queue']);
});

test('reports a failed start together with what then failed to close', async () => {
  const { lifecycle } = harness({ up: 'worker', down: ['queue'] });
  const failure = await lifecycle.rise(3).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AggregateError);
  expect((failure as AggregateError).errors.map(String)).toEqual([
    'Error: worker did not start',
    'Error: queue did not stop',
  ]);
});

test('goes on closing when a stage fails to stop, then rejects with its error', async () => {
  const { calls, lifecycle } = harness({ down: ['worker'] });
  await lifecycle.rise(3);
  await expect(lifecycle.fall()).rejects.toThrow('worker did not stop');
  expect(calls.slice(3)).toEqual(['down worker', 'down monitor', 'down queue']);
});

test('rejects with all errors when several stages fail to stop', async () => {
  const { lifecycle } = harness({ down: ['worker', 'queue'] });
  await lifecycle.rise(3);
  await expect(lifecycle.fall()).rejects.toMatchObject({
    errors: [{ message: 'worker did not stop' }, { message: 'queue did not stop' }],
  });
});

test('a fall during a rise waits for it and then takes everything down', async () => {
  const { calls, lifecycle } = harness();
  await Promise.all([lifecycle.rise(3), lifecycle.fall()]);
  expect(calls.slice(3)).toEqual(['down worker', 'down monitor', 'down queue']);
});

test('falling without having risen does nothing, and rising again after a fall works', async () => {
  const { calls, lifecycle } = harness();
  await lifecycle.fall();
  expect(calls).toEqual([]);
  await lifecycle.rise(1);
  await lifecycle.fall();
  await lifecycle.rise(1);
  expect(calls).toEqual(['up queue', 'down queue', 'up queue']);
});

test('starts again after a start that failed', async () => {
  const faults = { up: 'worker' };
  const { lifecycle } = harness(faults);
  await expect(lifecycle.rise(3)).rejects.toThrow('worker did not start');
  faults.up = '';
  await expect(lifecycle.rise(3)).resolves.toBeUndefined();
});
