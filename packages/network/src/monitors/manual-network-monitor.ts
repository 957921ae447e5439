import { StatusMonitor } from '../internal/status-monitor.js';
import type { NetworkEvidence, NetworkState } from '../ports/network-monitor.js';

export interface ManualNetworkMonitorOptions {
  /** @defaultValue 'online' */
  readonly initial?: NetworkState;
  /** The time of changes, in milliseconds since the epoch. @defaultValue always 0 */
  readonly now?: () => number;
}

/** Enough for a test, and an app that leaves the monitor in place for years does not grow. */
const MAX_EVIDENCE = 1000;

/** Says what it was told, for tests, simulations and a switch in a settings page. */
export class ManualNetworkMonitor extends StatusMonitor {
  readonly #evidence: NetworkEvidence[] = [];

  constructor(options: ManualNetworkMonitorOptions = {}) {
    super(options.now ?? (() => 0), {
      state: options.initial ?? 'online',
      source: 'manual',
      reason: 'initial',
    });
  }

  /** The latest evidence that was reported, oldest first, at most 1,000 pieces; for tests. */
  get evidence(): readonly NetworkEvidence[] {
    return this.#evidence;
  }

  /** Changes the state; repeating the present one tells nobody. It works whether started or not. */
  set(state: NetworkState, reason = 'set by hand'): void {
    this.conclude({ state, source: 'manual', reason });
  }

  /** Keeps what was met in `evidence`; the state stays what it was set to. */
  report(evidence: NetworkEvidence): void {
    this.#evidence.push(evidence);
    if (this.#evidence.length > MAX_EVIDENCE) this.#evidence.shift();
  }

  protected observe(): void {
    // It observes nothing: whoever calls `set` does.
  }
}
