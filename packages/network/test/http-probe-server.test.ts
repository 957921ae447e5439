import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EvidenceNetworkMonitor, HttpProbeMonitor, ManualNetworkMonitor } from '../src/index.js';
import { LocalServer } from './local-server.js';
import { reaches } from './reaches.js';

/** A quick pace, and Node's own clock and `fetch`. */
const PACE = { intervalMs: 40, retryMs: 20, maxRetryMs: 80, timeoutMs: 200 };

let server: LocalServer;
let probe: HttpProbeMonitor;

beforeEach(async () => {
  server = new LocalServer();
  await server.up();
  probe = new HttpProbeMonitor({ ...PACE, url: server.url, expect: { body: 'market-day' } });
});

afterEach(async () => {
  await probe.stop();
  await server.down();
});

test('sees a real server go down and come back', async () => {
  await probe.start();
  await reaches(probe, 'online');
  await server.down();
  expect((await reaches(probe, 'offline')).reason).toMatch('ECONNREFUSED');
  await server.up();
  await reaches(probe, 'online');
});

test.each(['portal', 'redirect'] as const)('knows a captive portal that gives a %s', async (behaviour) => {
  server.behaviour = behaviour;
  await probe.start();
  await reaches(probe, 'captive');
  server.behaviour = 'up';
  await reaches(probe, 'online');
});

test.each(['gateway', 'silent'] as const)('takes a %s for no answer', async (behaviour) => {
  server.behaviour = behaviour;
  await probe.start();
  await reaches(probe, 'offline');
});

test('asks a real server nothing after stop', async () => {
  await probe.start();
  await reaches(probe, 'online');
  await probe.stop();
  const { requests } = server;
  await fetch(server.url);
  await fetch(server.url);
  expect(server.requests).toBe(requests + 2);
});

test('says that the server is down, not the network, where the platform has one', async () => {
  const platform = new ManualNetworkMonitor({ initial: 'unknown' });
  const monitor = new EvidenceNetworkMonitor([platform, probe], { holdMs: 10 });
  await monitor.start();
  await reaches(monitor, 'online');
  await server.down();
  expect((await reaches(monitor, 'offline')).reason).toMatch('the server does not answer');
  platform.set('offline');
  await server.up();
  await reaches(monitor, 'online');
  await monitor.stop();
});
