import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import {
  browserNetwork,
  BrowserNetworkMonitor,
  evidenceNetwork,
  EvidenceNetworkMonitor,
  httpProbeNetwork,
  HttpProbeMonitor,
  ManualNetworkMonitor,
  reactNativeNetwork,
  ReactNativeNetworkMonitor,
} from '../index.js';
import { nodeNetwork, NodeNetworkMonitor } from '../node/index.js';

const probe = { url: 'https://market.example/health', expect: { status: 204 } };

test('each plugin is a named factory that makes its monitor', () => {
  const made = [
    [browserNetwork(), BrowserNetworkMonitor],
    [evidenceNetwork(() => [new ManualNetworkMonitor()]), EvidenceNetworkMonitor],
    [httpProbeNetwork(probe), HttpProbeMonitor],
    [nodeNetwork(), NodeNetworkMonitor],
    [reactNativeNetwork({ netInfo: { addEventListener: () => () => undefined } }), ReactNativeNetworkMonitor],
  ] as const;
  for (const [plugin, monitor] of made) expect(plugin.networkMonitor()).toBeInstanceOf(monitor);
  expect(new Set(made.map(([{ name }]) => name)).size).toBe(made.length);
});

test('the main entry needs nothing of Node', async () => {
  const entry = new URL('../index.ts', import.meta.url).pathname;
  const bundle = (file: string) =>
    build({ entryPoints: [file], bundle: true, write: false, platform: 'browser', logLevel: 'silent' });
  expect((await bundle(entry)).errors).toEqual([]);
  await expect(bundle(entry.replace('index.ts', 'node/index.ts'))).rejects.toThrow('node:');
});
