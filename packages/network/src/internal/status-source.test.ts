import { expect, jest, test } from '@jest/globals';
import type { NetworkObserver, NetworkState } from '../ports/network-monitor.js';
import { StatusSource } from './status-source.js';

const verdict = (state: NetworkState) => ({ state, source: 'test', reason: '' });

/** Rejects or throws, and does so at its first word, inside of `register`. */
const BROKEN: readonly [string, NetworkObserver][] = [
  [
    'throws',
    () => {
      throw new TypeError('the observer is broken');
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('the observer is broken')) as never],
];

test.each(BROKEN)(
  'an observer that %s ends no process, holds up no other, and is told once',
  async (_, broken) => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const uncaught: unknown[] = [];
    const timer = jest.spyOn(globalThis, 'setTimeout').mockImplementation((callback) => {
      try {
        callback();
      } catch (error) {
        uncaught.push(error);
      }
      return 0 as unknown as NodeJS.Timeout;
    });
    try {
      const source = new StatusSource(() => 0, verdict('unknown'));
      const seen: string[] = [];
      const stop = source.register(broken);
      source.register(({ state }) => seen.push(state));
      source.change(verdict('offline'));
      source.change(verdict('online'));
      await Promise.resolve();
      await Promise.resolve();
      stop();
      expect(seen).toEqual(['unknown', 'offline', 'online']);
      expect(uncaught).toEqual([]);
      expect(warn.mock.calls).toEqual([
        [expect.stringContaining('the observer is broken'), { code: 'CPC_OBSERVER_FAILED' }],
      ]);
    } finally {
      timer.mockRestore();
      warn.mockRestore();
    }
  },
);

test('an observer’s error goes to reportError where the platform has it', () => {
  const told: unknown[] = [];
  Object.assign(globalThis, { reportError: (error: unknown) => void told.push(error) });
  try {
    new StatusSource(() => 0, verdict('unknown')).register(BROKEN[0]![1]);
    expect(told).toEqual([new TypeError('the observer is broken')]);
  } finally {
    Reflect.deleteProperty(globalThis, 'reportError');
  }
});
