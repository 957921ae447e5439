import { expect, test } from '@jest/globals';
import { settled } from '../../test/manual-time.js';
import { ReactNativeNetworkMonitor } from './react-native-network-monitor.js';
import type { NetInfoStateLike } from './react-native-surroundings.js';

const wifi: NetInfoStateLike = { type: 'wifi', isConnected: true, isInternetReachable: true };
const none: NetInfoStateLike = { type: 'none', isConnected: false, isInternetReachable: false };
const untested: NetInfoStateLike = { type: 'wifi', isConnected: true, isInternetReachable: null };

/** As NetInfo, it speaks as soon as somebody listens. */
class FakeNetInfo {
  readonly listeners = new Set<(state: NetInfoStateLike) => void>();
  latest = untested;
  refreshed: () => Promise<NetInfoStateLike> = () => Promise.resolve(this.latest);

  addEventListener(listener: (state: NetInfoStateLike) => void): () => void {
    this.listeners.add(listener);
    listener(this.latest);
    return () => void this.listeners.delete(listener);
  }

  refresh(): Promise<NetInfoStateLike> {
    return this.refreshed();
  }

  say(state: NetInfoStateLike): void {
    this.latest = state;
    for (const listener of this.listeners) listener(state);
  }
}

class FakeAppState {
  readonly listeners = new Set<(state: string) => void>();

  addEventListener(_type: 'change', listener: (state: string) => void): { remove(): void } {
    this.listeners.add(listener);
    return { remove: () => void this.listeners.delete(listener) };
  }

  become(state: string): void {
    for (const listener of this.listeners) listener(state);
  }
}

async function started() {
  const netInfo = new FakeNetInfo();
  const appState = new FakeAppState();
  const monitor = new ReactNativeNetworkMonitor({ netInfo, appState, clock: { now: () => 7 } });
  const states: string[] = [];
  monitor.register(({ state }) => states.push(state));
  await monitor.start();
  return { netInfo, appState, monitor, states };
}

test.each<[string, Partial<NetInfoStateLike>]>([
  ['online', {}],
  ['unknown', { isInternetReachable: null }],
  ['unknown', { type: 'unknown', isConnected: null, isInternetReachable: null }],
  ['offline', { isInternetReachable: false }],
  ['offline', { isConnected: false, isInternetReachable: null }],
  ['offline', { type: 'none', isConnected: null, isInternetReachable: null }],
  ['degraded', { type: 'cellular', details: { cellularGeneration: '2g' } }],
  ['online', { type: 'cellular', details: { cellularGeneration: '5g' } }],
])('is %s when NetInfo says %j', async (state, changes) => {
  const { netInfo, monitor } = await started();
  netInfo.say({ ...wifi, ...changes });
  expect(monitor.status.state).toBe(state);
});

test('is corrected by requests, until the network is another one', async () => {
  const { netInfo, monitor, states } = await started();
  netInfo.say({ ...wifi, isInternetReachable: false });
  monitor.report({ kind: 'answered', source: 'requests' });
  monitor.report({ kind: 'captive', source: 'requests' });
  netInfo.say({ ...wifi, details: null });
  expect(states).toEqual(['unknown', 'offline', 'online', 'captive', 'online']);
  expect(monitor.status).toEqual({
    state: 'online',
    since: 7,
    source: 'netinfo',
    reason: 'connected by wifi, and the internet answers',
  });
});

test('looks again when the app comes to the front', async () => {
  const { netInfo, appState, monitor } = await started();
  netInfo.latest = none;
  appState.become('background');
  await settled();
  expect(monitor.status.state).toBe('unknown');
  appState.become('active');
  await settled();
  expect(monitor.status.state).toBe('offline');
  netInfo.refreshed = () => Promise.reject(new Error('no bridge'));
  appState.become('active');
  await settled();
  expect(monitor.status.state).toBe('offline');
});

test('leaves no listener after stop, hears nothing that comes late, and starts again', async () => {
  const { netInfo, appState, monitor } = await started();
  await monitor.start();
  netInfo.latest = none;
  appState.become('active');
  await monitor.stop();
  await settled();
  expect([netInfo.listeners.size, appState.listeners.size]).toEqual([0, 0]);
  expect(monitor.status.state).toBe('unknown');
  await monitor.start();
  expect([netInfo.listeners.size, appState.listeners.size]).toEqual([1, 1]);
  expect(monitor.status.state).toBe('offline');
});

test('goes without an AppState, and with a NetInfo that cannot refresh', async () => {
  const netInfo = new FakeNetInfo();
  const appState = new FakeAppState();
  const old = { addEventListener: netInfo.addEventListener.bind(netInfo) };
  const bare = new ReactNativeNetworkMonitor({ netInfo: old });
  const fronted = new ReactNativeNetworkMonitor({ netInfo: old, appState });
  await bare.start();
  await fronted.start();
  appState.become('active');
  netInfo.say(none);
  expect([bare.status.state, fronted.status.state]).toEqual(['offline', 'offline']);
});
