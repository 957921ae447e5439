import { systemClock } from '@cpc/sync-core';
import { countVisit } from '../../shared/operations.js';
import type { DeviceSession } from './device-session.js';

/** How a load went. */
export interface DrainReport {
  readonly operations: number;
  /** From plugging in to the last acknowledgement. */
  readonly ms: number;
  readonly perSecond: number;
  /** Of the page, meanwhile. */
  readonly framesPerSecond: number;
  readonly longestFrameMs: number;
}

/** Enqueues visits while the cable is out, plugs it in, and waits for the last acknowledgement. */
export async function measureDrain(session: DeviceSession, operations: number): Promise<DrainReport> {
  session.connect(false);
  await session.loadVisits(operations);
  const acknowledged = acknowledgementsOf(session, operations);
  const frames = new FrameMeter();
  const startedAt = systemClock.monotonicMs();
  session.connect(true);
  await acknowledged;
  const ms = systemClock.monotonicMs() - startedAt;
  const report = { operations, ms, perSecond: (operations / ms) * 1000 };
  return { ...report, ...frames.stop() };
}

function acknowledgementsOf({ queue }: DeviceSession, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const subscription = queue.events$.subscribe((event) => {
      if (event.type !== 'acknowledged' || event.kind !== countVisit.kind || --left > 0) return;
      subscription.unsubscribe();
      resolve();
    });
  });
}

/** Counts the frames that the browser draws. */
class FrameMeter {
  readonly #startedAt = performance.now();
  #lastAt = this.#startedAt;
  #frames = 0;
  #longestMs = 0;
  #request = requestAnimationFrame((at) => this.#count(at));

  stop(): Pick<DrainReport, 'framesPerSecond' | 'longestFrameMs'> {
    cancelAnimationFrame(this.#request);
    const ms = performance.now() - this.#startedAt;
    return { framesPerSecond: (this.#frames / ms) * 1000, longestFrameMs: this.#longestMs };
  }

  #count(at: number): void {
    this.#frames++;
    this.#longestMs = Math.max(this.#longestMs, at - this.#lastAt);
    this.#lastAt = at;
    this.#request = requestAnimationFrame((next) => this.#count(next));
  }
}
