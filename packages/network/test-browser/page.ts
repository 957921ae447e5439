import {
  BrowserNetworkMonitor,
  EvidenceNetworkMonitor,
  HttpProbeMonitor,
  type NetworkStatus,
} from '../src/index.js';

/** A status as a page saw it, and when, by the wall clock. */
export interface Seen extends NetworkStatus {
  readonly atMs: number;
}

const browser = new BrowserNetworkMonitor();
const probe = new HttpProbeMonitor({
  url: '/health',
  expect: { body: 'market-day' },
  intervalMs: 1000,
  retryMs: 500,
  timeoutMs: 2000,
});
const monitor = new EvidenceNetworkMonitor([browser, probe]);
const seen: Seen[] = [];
const atMs = () => performance.timeOrigin + performance.now();
monitor.register((status) => seen.push({ ...status, atMs: atMs() }));

/** What the test reaches from outside. */
export const app = {
  start: () => monitor.start(),
  stop: () => monitor.stop(),
  /** What was seen from then on. */
  seenSince: (sinceMs: number) => seen.filter((status) => status.atMs >= sinceMs),
  browserState: () => browser.status.state,
};

Object.assign(globalThis, { app });
