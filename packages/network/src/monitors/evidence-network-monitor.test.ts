import { expect, test } from '@jest/globals';
import { NEVER, Subject, throwError } from 'rxjs';
import { ManualTime, settled } from '../../test/manual-time.js';
import type { NetworkEvidence, NetworkMonitor, NetworkStatus } from '../ports/network-monitor.js';
import type { WitnessMonitor } from '../ports/witness-monitor.js';
import { EvidenceNetworkMonitor, type MonitorFailure } from './evidence-network-monitor.js';
import { ManualNetworkMonitor } from './manual-network-monitor.js';

/** A probe whose answers the test gives. */
class FakeWitness extends ManualNetworkMonitor implements WitnessMonitor {
  readonly evidence$ = new Subject<NetworkEvidence>();
  checks = 0;

  check(): void {
    this.checks++;
  }

  met(kind: NetworkEvidence['kind']): void {
    this.evidence$.next({ kind, source: 'probe' });
  }
}

/** A monitor that a test breaks in one place. */
function monitorWith(overrides: Partial<NetworkMonitor>): NetworkMonitor {
  const sound = new ManualNetworkMonitor({ initial: 'unknown' });
  return {
    status: sound.status,
    status$: sound.status$,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    report: () => undefined,
    register: () => () => undefined,
    ...overrides,
  };
}

const answered = { kind: 'answered', source: 'requests' } as const;
const unreachable = { kind: 'unreachable', source: 'requests' } as const;

async function started(others: readonly NetworkMonitor[] = []) {
  const time = new ManualTime();
  const platform = new ManualNetworkMonitor({ initial: 'unknown' });
  const probe = new FakeWitness();
  const monitor = new EvidenceNetworkMonitor([...others, platform, probe], { clock: time });
  const states: string[] = [];
  const failures: MonitorFailure[] = [];
  monitor.register(({ state }) => states.push(state));
  monitor.failures$.subscribe((failure) => failures.push(failure));
  await monitor.start();
  await settled();
  return { time, platform, probe, monitor, states, failures };
}

test('weighs requests, probes and the platform', async () => {
  const { time, platform, probe, monitor, states } = await started();
  monitor.report(answered);
  await time.pass(1000);
  probe.met('unreachable');
  probe.met('unreachable');
  await time.pass(1000);
  monitor.report(unreachable);
  monitor.report(unreachable);
  await time.pass(1000);
  platform.set('offline');
  platform.set('unknown');
  await time.pass(1000);
  probe.met('captive');
  expect(states).toEqual(['unknown', 'online', 'degraded', 'offline', 'unknown', 'captive']);
  expect(monitor.status).toMatchObject({ state: 'captive', source: 'probe', since: time.now() });
});

test('when the platform loses or finds the network it forgets and asks the witnesses', async () => {
  const { time, platform, probe, monitor } = await started();
  monitor.report(answered);
  await time.pass(1000);
  platform.set('offline');
  expect(monitor.status.state).toBe('offline');
  expect(probe.checks).toBe(1);
  await time.pass(1000);
  platform.set('degraded');
  expect(monitor.status.state).toBe('degraded');
  platform.set('unknown');
  expect(probe.checks).toBe(2);
});

test('a browser that wrongly says offline is outvoted as long as requests are answered', async () => {
  const { time, platform, monitor } = await started();
  platform.set('offline');
  await time.pass(1000);
  monitor.report(answered);
  expect(monitor.status.state).toBe('online');
  await time.pass(60_000);
  expect(monitor.status.state).toBe('offline');
});

test('good news stays and bad news fades', async () => {
  const { time, monitor } = await started();
  monitor.report(answered);
  await time.pass(3_600_000);
  expect(monitor.status.state).toBe('online');
  monitor.report(unreachable);
  monitor.report(unreachable);
  expect(monitor.status.state).toBe('offline');
  await time.pass(59_999);
  expect(monitor.status.state).toBe('offline');
  await time.pass(1);
  expect(monitor.status.state).toBe('unknown');
  expect(time.timers).toBe(0);
});

test('tells witnesses what requests met, and hints not', async () => {
  const { platform, probe, monitor } = await started();
  monitor.report(unreachable);
  expect(probe.evidence).toEqual([unreachable]);
  expect(platform.evidence).toEqual([]);
});

test('flapping every 50 ms yields at most two changes a second, and the truth in the end', async () => {
  const { time, platform, monitor, states } = await started();
  for (let i = 0; i < 100; i++) {
    platform.set(i % 2 === 0 ? 'offline' : 'online');
    await time.pass(50);
  }
  expect(states.length).toBeGreaterThan(5);
  expect(states.length).toBeLessThanOrEqual(1 + 10);
  await time.pass(500);
  expect(monitor.status.state).toBe('online');
});

test('leaves no timer after stop, and starts afresh', async () => {
  const { time, platform, monitor, states } = await started();
  monitor.report(answered);
  platform.set('offline');
  expect(time.timers).toBeGreaterThan(0);
  await monitor.stop();
  await monitor.stop();
  expect(time.timers).toBe(0);
  monitor.report(unreachable);
  platform.set('unknown');
  platform.set('degraded');
  expect(states).toEqual(['unknown', 'online']);
  expect(time.timers).toBe(0);
  await time.pass(1000);
  await monitor.start();
  await monitor.start();
  expect(states).toEqual(['unknown', 'online', 'degraded']);
});

test('evidence from before a stop, or from between, says nothing after the next start', async () => {
  const { time, monitor } = await started();
  monitor.report(answered);
  expect(time.timers).toBe(1);
  await monitor.stop();
  expect(time.timers).toBe(0);
  await time.pass(1000);
  await monitor.start();
  expect(monitor.status.state).toBe('unknown');
  await monitor.stop();
  monitor.report(unreachable);
  monitor.report(unreachable);
  await monitor.start();
  await time.pass(1000);
  expect(monitor.status.state).toBe('unknown');
});

test('a hint from before a stop says nothing after the next start', async () => {
  const status$ = new Subject<NetworkStatus>();
  const { time, monitor } = await started([monitorWith({ status$ })]);
  status$.next({ state: 'offline', since: 0, source: 'test', reason: 'test' });
  expect(monitor.status.state).toBe('offline');
  await monitor.stop();
  await time.pass(1000);
  await monitor.start();
  expect(monitor.status.state).toBe('unknown');
});

test('the last word of a monitor that failed no longer counts', async () => {
  const status$ = new Subject<NetworkStatus>();
  const { time, monitor } = await started([monitorWith({ status$ })]);
  status$.next({ state: 'offline', since: 0, source: 'test', reason: 'test' });
  await time.pass(1000);
  status$.error(broken);
  expect(monitor.status.state).toBe('unknown');
});

test('starts and stops each monitor once', async () => {
  const calls: string[] = [];
  const child = monitorWith({
    start: () => Promise.resolve(void calls.push('start')),
    stop: () => Promise.resolve(void calls.push('stop')),
  });
  const { monitor } = await started([child]);
  await monitor.start();
  await monitor.stop();
  await monitor.stop();
  expect(calls).toEqual(['start', 'stop']);
});

test('a start right behind a stop starts the monitors again', async () => {
  const calls: string[] = [];
  const child = monitorWith({
    start: () => Promise.resolve(void calls.push('start')),
    stop: () => Promise.resolve(void calls.push('stop')),
  });
  const { monitor } = await started([child]);
  const stopping = monitor.stop();
  await monitor.start();
  await stopping;
  expect(calls).toEqual(['start', 'stop', 'start']);
});

const broken = new Error('broken');
const explode = () => {
  throw broken;
};

test.each<[string, Partial<NetworkMonitor>]>([
  ['throws in start', { start: explode }],
  ['rejects start', { start: () => Promise.reject(broken) }],
  ['fails its stream', { status$: throwError(() => broken) }],
  ['throws on subscription', { status$: { subscribe: explode } as never }],
])('a monitor that %s is told of and breaks nothing', async (_fault, overrides) => {
  const child = monitorWith(overrides);
  const { time, platform, probe, monitor, failures } = await started([child]);
  expect(failures).toEqual([{ monitor: child, error: broken }]);
  platform.set('offline');
  expect(monitor.status.state).toBe('offline');
  await time.pass(1000);
  probe.met('answered');
  expect(monitor.status.state).toBe('online');
  await monitor.stop();
});

test('a monitor that throws in stop is told of, and the others are stopped', async () => {
  const stopped: string[] = [];
  const after = monitorWith({ stop: () => Promise.resolve(void stopped.push('after')) });
  const { monitor, failures } = await started([monitorWith({ stop: explode }), after]);
  await monitor.stop();
  expect(failures.map(({ error }) => error)).toEqual([broken]);
  expect(stopped).toEqual(['after']);
});

test('a witness that throws on check and report breaks nothing', async () => {
  class BrokenWitness extends FakeWitness {
    override check = explode;
    override report = explode;
  }
  const { platform, monitor, failures } = await started([new BrokenWitness()]);
  monitor.report(answered);
  platform.set('offline');
  await settled();
  expect(monitor.status.state).toBe('online');
  expect(failures).toHaveLength(2);
});

test('a monitor that never speaks and never starts delays nothing', async () => {
  const never = new Promise<void>(() => undefined);
  const { platform, monitor } = await started([monitorWith({ status$: NEVER, start: () => never })]);
  platform.set('offline');
  expect(monitor.status.state).toBe('offline');
});

test('a monitor that speaks during start is heard', async () => {
  const child = new ManualNetworkMonitor({ initial: 'unknown' });
  const eager = monitorWith({
    status$: child.status$,
    start: () => {
      for (const state of ['offline', 'captive', 'degraded'] as const) child.set(state);
      return Promise.resolve();
    },
  });
  const { time, monitor } = await started([eager]);
  await time.pass(500);
  expect(monitor.status.state).toBe('degraded');
});

test.each(['holdMs', 'memoryMs', 'slowMs', 'failures'])('refuses %s that is no sensible number', (name) => {
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => new EvidenceNetworkMonitor([], { [name]: value })).toThrow(RangeError);
});
