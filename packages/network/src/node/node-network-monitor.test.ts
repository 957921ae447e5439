import { expect, test } from '@jest/globals';
import type { NetworkInterfaceInfo } from 'node:os';
import { ManualTime, settled } from '../../test/manual-time.js';
import type { NetworkInterfaces } from './network-interfaces.js';
import { NodeNetworkMonitor, type NodeNetworkMonitorOptions } from './node-network-monitor.js';

const at = (address: string): NetworkInterfaces => ({
  eth0: [{ address, internal: false } as NetworkInterfaceInfo],
});

function machine(options: NodeNetworkMonitorOptions = {}) {
  const time = new ManualTime();
  const world = { interfaces: at('10.0.0.1'), reachable: true, probes: 0 };
  const monitor = new NodeNetworkMonitor({
    interfaces: () => world.interfaces,
    probe: () => {
      world.probes++;
      return world.reachable ? Promise.resolve() : Promise.reject(new Error('no route'));
    },
    clock: time,
    random: () => 0.5,
    ...options,
  });
  const states: string[] = [];
  monitor.register(({ state }) => states.push(state));
  return { time, world, monitor, states };
}

test('without a probe it knows the interfaces alone', async () => {
  const time = new ManualTime();
  let interfaces = at('10.0.0.1');
  const monitor = new NodeNetworkMonitor({ interfaces: () => interfaces, clock: time });
  await monitor.start();
  expect(monitor.status.state).toBe('unknown');
  interfaces = {};
  await time.pass(1999);
  expect(monitor.status.state).toBe('unknown');
  await time.pass(1);
  expect(monitor.status).toMatchObject({ state: 'offline', source: 'node' });
  await monitor.stop();
  expect(time.timers).toBe(0);
});

test('the probe tells whether the network carries anything', async () => {
  const { time, world, monitor, states } = machine();
  await monitor.start();
  await time.pass(0);
  world.reachable = false;
  await time.pass(30_000);
  expect(monitor.status).toMatchObject({ state: 'offline', reason: 'the probe does not reach: no route' });
  world.reachable = true;
  await time.pass(1000);
  expect(states).toEqual(['unknown', 'online', 'offline', 'online']);
  await monitor.stop();
});

test('other addresses are another network: it probes at once and forgets what was answered', async () => {
  const { time, world, monitor, states } = machine();
  await monitor.start();
  await time.pass(10_000);
  monitor.report({ kind: 'captive', source: 'requests' });
  world.interfaces = at('192.168.1.5');
  await time.pass(2000);
  expect(world.probes).toBe(3);
  expect(states).toEqual(['unknown', 'online', 'captive', 'unknown', 'online']);
  await monitor.stop();
});

test('probes nothing without an interface', async () => {
  const { time, world, monitor, states } = machine();
  world.interfaces = {};
  await monitor.start();
  await time.pass(100_000);
  expect(world.probes).toBe(0);
  world.interfaces = at('10.0.0.1');
  await time.pass(2000);
  world.interfaces = {};
  await time.pass(100_000);
  expect(world.probes).toBe(1);
  expect(states).toEqual(['unknown', 'offline', 'unknown', 'online', 'offline']);
  await monitor.stop();
});

test('a request that failed hastens the probe, unless it fails as well', async () => {
  const { time, world, monitor } = machine();
  await monitor.start();
  await time.pass(5000);
  monitor.report({ kind: 'unreachable', source: 'requests' });
  await time.pass(0);
  expect(world.probes).toBe(2);
  world.reachable = false;
  await time.pass(30_000);
  for (let i = 0; i < 100; i++) {
    monitor.report({ kind: 'unreachable', source: 'requests' });
    await time.pass(100);
  }
  expect(world.probes).toBeLessThanOrEqual(6);
  await monitor.stop();
});

test('an answered request beats a probe that does not reach', async () => {
  const { time, world, monitor } = machine();
  world.reachable = false;
  await monitor.start();
  await time.pass(0);
  monitor.report({ kind: 'answered', source: 'requests' });
  await time.pass(60_000);
  expect(monitor.status.state).toBe('online');
  await monitor.stop();
});

test('aborts a probe under way at stop, leaves no timer, and starts again', async () => {
  const signals: AbortSignal[] = [];
  const { time, monitor } = machine({
    probe: (signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    },
  });
  await monitor.start();
  await monitor.start();
  await monitor.stop();
  await settled();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(time.timers).toBe(0);
  await monitor.start();
  expect(signals).toHaveLength(2);
  await time.pass(5000);
  expect(monitor.status.state).toBe('offline');
  await monitor.stop();
});

test('survives interfaces that cannot be read, and a probe that throws', async () => {
  const explode = () => {
    throw new Error('forbidden');
  };
  const { time, monitor } = machine({ interfaces: explode, probe: explode });
  await monitor.start();
  await time.pass(0);
  expect(monitor.status).toMatchObject({ state: 'offline', reason: 'the probe does not reach: forbidden' });
  await monitor.stop();
});

test.each(['interfacesMs', 'intervalMs', 'retryMs', 'maxRetryMs', 'timeoutMs'])(
  'refuses a senseless %s',
  (name) => {
    expect(() => new NodeNetworkMonitor({ [name]: 0 })).toThrow(RangeError);
  },
);
