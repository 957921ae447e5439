import { afterEach, expect, test } from '@jest/globals';
import { BrowserNetworkMonitor } from './browser-network-monitor.js';
import type { BrowserSurroundings } from './browser-surroundings.js';

/** Counts its listeners, and fires on demand. */
class FakeTarget {
  readonly #listeners = new Map<string, Set<() => void>>();

  addEventListener(type: string, listener: () => void): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  removeEventListener(type: string, listener: () => void): void {
    this.#listeners.get(type)?.delete(listener);
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  fire(type: string): void {
    for (const listener of this.#listeners.get(type) ?? []) listener();
  }
}

class FakeDocument extends FakeTarget {
  visibilityState = 'visible';
}

class FakeConnection extends FakeTarget {
  type?: string;
  effectiveType?: string;
}

class FakeBrowser {
  readonly events = new FakeTarget();
  readonly document = new FakeDocument();
  readonly connection = new FakeConnection();
  readonly navigator = { onLine: true, connection: this.connection };

  get listeners(): number {
    return this.events.listeners + this.document.listeners + this.connection.listeners;
  }

  setOnLine(onLine: boolean): void {
    this.navigator.onLine = onLine;
    this.events.fire(onLine ? 'online' : 'offline');
  }
}

const answered = { kind: 'answered', source: 'requests' } as const;
const unreachable = { kind: 'unreachable', source: 'requests' } as const;
const captive = { kind: 'captive', source: 'requests' } as const;

async function started(browser: FakeBrowser = new FakeBrowser()) {
  let now = 1000;
  const monitor = new BrowserNetworkMonitor({ surroundings: browser, clock: { now: () => now++ } });
  const states: string[] = [];
  await monitor.start();
  monitor.register(({ state }) => states.push(state));
  return { browser, monitor, states };
}

test('takes navigator.onLine for a hint: a network is unknown until something is answered', async () => {
  const { monitor } = await started();
  expect(monitor.status).toMatchObject({ state: 'unknown', source: 'browser' });
  monitor.report(answered);
  expect(monitor.status).toMatchObject({ state: 'online', source: 'requests' });
});

test('follows the online and offline events and forgets what the network before had answered', async () => {
  const { browser, monitor, states } = await started();
  monitor.report(answered);
  browser.setOnLine(false);
  browser.setOnLine(true);
  expect(states).toEqual(['unknown', 'online', 'offline', 'unknown']);
});

test('believes an answer more than a browser that says offline', async () => {
  const { browser, monitor } = await started();
  browser.setOnLine(false);
  monitor.report(answered);
  expect(monitor.status.state).toBe('online');
  monitor.report(unreachable);
  expect(monitor.status.state).toBe('offline');
});

test('no longer says online once a request met nothing, and says captive of a portal', async () => {
  const { monitor, states } = await started();
  for (const evidence of [answered, unreachable, captive, answered]) monitor.report(evidence);
  expect(states).toEqual(['unknown', 'online', 'unknown', 'captive', 'online']);
});

test('takes Network Information for a hint', async () => {
  const { browser, monitor, states } = await started();
  monitor.report(answered);
  browser.connection.effectiveType = 'slow-2g';
  browser.connection.fire('change');
  browser.connection.effectiveType = '4g';
  browser.connection.fire('change');
  browser.connection.type = 'none';
  browser.connection.fire('change');
  browser.connection.type = 'wifi';
  browser.connection.fire('change');
  expect(states).toEqual(['unknown', 'online', 'degraded', 'online', 'offline', 'unknown']);
});

test('reads the browser anew when the page is looked at again', async () => {
  const { browser, monitor } = await started();
  browser.document.visibilityState = 'hidden';
  browser.navigator.onLine = false;
  browser.document.fire('visibilitychange');
  expect(monitor.status.state).toBe('unknown');
  browser.document.visibilityState = 'visible';
  browser.document.fire('visibilitychange');
  expect(monitor.status.state).toBe('offline');
});

test('keeps its proof when a page is looked at again on the same network', async () => {
  const { browser, monitor, states } = await started();
  browser.setOnLine(false);
  monitor.report(answered);
  browser.document.fire('visibilitychange');
  expect(states).toEqual(['unknown', 'offline', 'online']);
});

test('listens once however often it is started, and not at all after stop', async () => {
  const { browser, monitor } = await started();
  const { listeners } = browser;
  await monitor.start();
  expect(listeners).toBe(4);
  expect(browser.listeners).toBe(4);
  await monitor.stop();
  await monitor.stop();
  expect(browser.listeners).toBe(0);
});

test('reads the browser again when it is started again', async () => {
  const { browser, monitor } = await started();
  await monitor.stop();
  browser.setOnLine(false);
  expect(monitor.status.state).toBe('unknown');
  await monitor.start();
  expect(monitor.status.state).toBe('offline');
});

test('dates a change by the clock', async () => {
  const { browser, monitor } = await started();
  expect(monitor.status.since).toBe(1000);
  browser.setOnLine(false);
  expect(monitor.status.since).toBe(1001);
});

test.each<[string, BrowserSurroundings]>([
  ['on a server', {}],
  ['with a navigator that knows nothing, as in Node', { navigator: {} }],
  ['in a worker without Network Information', { events: new FakeTarget(), navigator: { onLine: true } }],
  ['with a connection that fires no events', { navigator: { onLine: true, connection: { type: 'wifi' } } }],
])('is unknown %s, and still learns from requests', async (_place, surroundings) => {
  const monitor = new BrowserNetworkMonitor({ surroundings });
  await monitor.start();
  expect(monitor.status.state).toBe('unknown');
  monitor.report(answered);
  expect(monitor.status.state).toBe('online');
  await monitor.stop();
});

const scope = globalThis as { addEventListener?: unknown; document?: unknown };

afterEach(() => {
  delete scope.addEventListener;
  delete scope.document;
});

test('looks the globals up at start, not when it is made', async () => {
  const monitor = new BrowserNetworkMonitor();
  const page = new FakeDocument();
  scope.document = page;
  await monitor.start();
  expect(page.listeners).toBe(1);
  await monitor.stop();
  expect(page.listeners).toBe(0);
});

test('rejects start when the surroundings throw, leaves nothing behind, and can be started again', async () => {
  const browser = new FakeBrowser();
  let broken = true;
  const document = {
    visibilityState: 'visible',
    addEventListener: () => {
      if (broken) throw new Error('no such event');
    },
    removeEventListener: () => undefined,
  };
  const { events, navigator } = browser;
  const monitor = new BrowserNetworkMonitor({ surroundings: { events, navigator, document } });
  await expect(monitor.start()).rejects.toThrow('no such event');
  expect(browser.listeners).toBe(0);
  broken = false;
  await monitor.start();
  expect(browser.listeners).toBe(3);
});
