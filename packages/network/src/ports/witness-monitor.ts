import type { Observable } from 'rxjs';
import type { NetworkEvidence, NetworkMonitor } from './network-monitor.js';

/**
 * A monitor that asks the network itself, as a probe does. What it met counts like what a real request met,
 * while the word of a platform is but a hint.
 */
export interface WitnessMonitor extends NetworkMonitor {
  /** What each of its own questions met, when it met it. Not what was reported to it. Nothing is replayed. */
  readonly evidence$: Observable<NetworkEvidence>;
  /** Asks soon instead of at the next turn: something may have changed. */
  check(): void;
}
