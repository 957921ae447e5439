import { expect, test } from '@jest/globals';
import type { NetworkStatus } from '../ports/network-monitor.js';
import { ManualNetworkMonitor } from './manual-network-monitor.js';

test('tells observers the status now and at every change, until they stop', () => {
  let now = 5;
  const monitor = new ManualNetworkMonitor({ now: () => now });
  const seen: NetworkStatus[] = [];
  const stop = monitor.register((status) => seen.push(status));
  now = 7;
  monitor.set('offline', 'flight mode');
  monitor.set('offline', 'still');
  stop();
  monitor.set('captive');
  expect(seen).toEqual([
    { state: 'online', since: 5, source: 'manual', reason: 'initial' },
    { state: 'offline', since: 7, source: 'manual', reason: 'flight mode' },
  ]);
});

test('an observer that changes the state leaves all observers with the same order', () => {
  const monitor = new ManualNetworkMonitor();
  const first: string[] = [];
  const second: string[] = [];
  monitor.register(({ state }) => {
    first.push(state);
    if (state === 'offline') monitor.set('captive');
  });
  monitor.register(({ state }) => second.push(state));
  monitor.set('offline');
  expect(first).toEqual(['online', 'offline', 'captive']);
  expect(second).toEqual(first);
});

test('keeps the evidence without believing it, and not more than 1,000 pieces', () => {
  const monitor = new ManualNetworkMonitor();
  for (let i = 0; i < 1005; i++) monitor.report({ kind: 'unreachable', source: 'test', latencyMs: i });
  expect(monitor.status.state).toBe('online');
  expect(monitor.evidence).toHaveLength(1000);
  expect(monitor.evidence[0]?.latencyMs).toBe(5);
});
