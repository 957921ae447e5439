import type { Observable } from 'rxjs';

/**
 * - `online`: requests reach the server.
 * - `degraded`: some do; slow or lossy.
 * - `captive`: something answers, but not the server: a portal that wants a sign-in.
 * - `offline`: nothing gets through.
 * - `unknown`: nothing has been observed yet. Treated as online: trying is the way to find out.
 */
export type NetworkState = 'online' | 'degraded' | 'captive' | 'offline' | 'unknown';

export interface NetworkStatus {
  readonly state: NetworkState;
  /** When this state began, in milliseconds since the epoch. */
  readonly since: number;
  /** What told so: `browser`, `probe`, `requests`, `manual`, … */
  readonly source: string;
  /** Why, in words for a person. */
  readonly reason: string;
}

/** What a real request met. The worker reports it after every send, so that a monitor need not guess. */
export interface NetworkEvidence {
  /** `answered`: by the right server, whatever the answer. `captive`: by something else. */
  readonly kind: 'answered' | 'unreachable' | 'captive';
  /** Who observed it, for `NetworkStatus.source`. */
  readonly source: string;
  readonly latencyMs?: number;
  /** What was met, in words for a person; becomes part of `NetworkStatus.reason`. */
  readonly detail?: string;
}

export type NetworkObserver = (status: NetworkStatus) => void;

/**
 * Says whether there is a network, now and over time. It is a hint, never a permission: a queue that hears
 * "offline" still sends a rare probe.
 */
export interface NetworkMonitor {
  readonly status: NetworkStatus;
  /** Replays the latest status to each subscriber. Never errors; completes never. */
  readonly status$: Observable<NetworkStatus>;
  /** Begins to observe. Idempotent; may be called again after `stop`. */
  start(): Promise<void>;
  /** Leaves no timer, listener or request behind. Idempotent. */
  stop(): Promise<void>;
  report(evidence: NetworkEvidence): void;
  /** Calls `observer` with the status now and at every change. Returns the way to stop it. */
  register(observer: NetworkObserver): () => void;
}
