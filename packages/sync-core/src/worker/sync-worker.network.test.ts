import { describe, expect, test } from '@jest/globals';
import { EvidenceNetworkMonitor, ManualNetworkMonitor, ReactNativeNetworkMonitor } from '@cpc/network';
import { opened, running } from '../../test/rig.js';
import { acknowledged, unreachable } from '../../test/scripted-transport.js';
import { ManualClock } from '../deterministic.js';

const MINUTE_MS = 60_000;

/** Connected by wifi; NetInfo's own test host is blocked, and stays so. */
const blocked = {
  addEventListener: (
    listener: (state: { type: string; isConnected: boolean; isInternetReachable: boolean }) => void,
  ) => {
    listener({ type: 'wifi', isConnected: true, isInternetReachable: false });
    return () => undefined;
  },
};

const wrongMonitors = {
  'a phone’s': (clock: ManualClock) => new ReactNativeNetworkMonitor({ netInfo: blocked, clock }),
  'one that weighs evidence': (clock: ManualClock) =>
    new EvidenceNetworkMonitor([new ReactNativeNetworkMonitor({ netInfo: blocked, clock })], { clock }),
  'one that hears nothing': () => new ManualNetworkMonitor({ initial: 'offline' }),
};

describe.each(Object.entries(wrongMonitors))('a monitor that is wrong from the start, %s', (_, monitorOf) => {
  test('lets all 20 changes of 20 short openings of the app arrive, and those of drains in the background', async () => {
    const clock = new ManualClock();
    let arrived = 0;
    for (let opening = 0; opening < 20; opening++) {
      const monitor = monitorOf(clock);
      const rig = await opened({ clock, monitor });
      rig.transport.latencyMs = 50;
      await monitor.start();
      if (opening % 2 === 0) {
        await rig.worker.start();
        await clock.advance(1000);
        await rig.enqueue([`change${opening}`]);
        await clock.advance(2 * MINUTE_MS);
        await rig.worker.stop();
      } else {
        await rig.enqueue([`change${opening}`]);
        const drained = rig.worker.drain({ deadline: clock.now() + 20_000 });
        await clock.advance(20_000);
        await drained;
      }
      await monitor.stop();
      arrived += rig.told('acknowledged').length;
    }
    expect(arrived).toBe(20);
  });

  test('holds nothing up any more once a probe was answered', async () => {
    const clock = new ManualClock();
    const monitor = monitorOf(clock);
    await monitor.start();
    const rig = await running({ clock, monitor });
    for (let minute = 0; minute < 30; minute++) {
      await rig.enqueue([`change${minute}`]);
      await clock.advance(minute === 0 ? 0 : 1000);
      expect(await rig.total()).toBe(0);
      await clock.advance(MINUTE_MS);
    }
  });

  test('is believed while nothing refutes it: a probe at the start, and twelve an hour', async () => {
    const clock = new ManualClock();
    const monitor = monitorOf(clock);
    await monitor.start();
    const rig = await running({ clock, monitor });
    rig.transport.answer = () => unreachable;
    await rig.enqueue(Array.from({ length: 100 }, (__, at) => `x${at}`));
    await clock.advance(60 * MINUTE_MS);
    expect(rig.transport.batches.length).toBeLessThanOrEqual(14);
    expect(rig.transport.batches[0]?.at).toBe(0);
  });
});

describe('a link that flaps', () => {
  test.each([
    [1000, 'heard at once', 28],
    [1000, 'not heard of', 14],
    [50, 'heard at once', 50],
    [50, 'not heard of', 25],
  ] as const)('every %i ms, %s, lets effects come in nearly all seconds', async (periodMs, heard, least) => {
    const monitor = new ManualNetworkMonitor();
    const rig = await running(heard === 'heard at once' ? { monitor } : {});
    rig.transport.latencyMs = 5;
    let isUp = true;
    rig.transport.answer = () => (isUp ? acknowledged : unreachable);
    const seconds = new Set<number>();
    rig.queue.events$.subscribe(({ type }) => {
      if (type === 'acknowledged') seconds.add(Math.floor(rig.clock.monotonicMs() / 1000));
    });
    for (let at = 0; at < 60_000; at += periodMs) {
      if (at % 100 === 0) await rig.enqueue([`a${at}`, `b${at}`]);
      await rig.clock.advance(periodMs);
      isUp = !isUp;
      monitor.set(isUp ? 'online' : 'offline');
    }
    expect(seconds.size).toBeGreaterThanOrEqual(least);
  });
});
