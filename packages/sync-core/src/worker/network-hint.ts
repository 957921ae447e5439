import type { NetworkEvidence, NetworkMonitor, NetworkStatus } from '@cpc/network';
import type { QueueContext } from '../queue/queue-context.js';
import type { WorkerSettings } from './worker-options.js';

export interface NetworkHintCollaborators {
  readonly context: Pick<QueueContext, 'clock' | 'hub'>;
  readonly settings: Pick<WorkerSettings, 'offlineProbeMs'>;
  readonly monitor: NetworkMonitor | undefined;
  /** The monitor says that the network is lost, or that it is back after so many milliseconds. */
  readonly onChange: (awayMs: number | undefined) => void;
}

/** Under which name requests testify; a monitor that concludes from them alone names it as its source. */
const REQUESTS = 'requests';

/**
 * What a monitor says, taken as a hint. While it says that there is no network, one send goes out at each start, at each
 * drain, and every `offlineProbeMs`, since monitors err. A send that is served proves it wrong until it says something
 * else. What it concluded from requests alone shuts nothing: the circuit has drawn the same conclusion, and knows which
 * operation met it.
 */
export class NetworkHint {
  readonly #with: NetworkHintCollaborators;
  readonly #report: (evidence: NetworkEvidence) => void;
  #unregister: (() => void) | undefined;
  /** A hint that says so, and that no request has refuted. */
  #isOffline = false;
  /** Whatever it is concluded from. */
  #awaySince: number | undefined;
  #reason = '';
  #isReporting = false;
  /** What a request has refuted: the same word again, as when what a monitor weighed has faded, gets a probe at once. */
  #refuted: string | undefined;
  #word = '';
  /** When the next send may go out, in monotonic milliseconds. */
  #probeAt = -Infinity;

  constructor(collaborators: NetworkHintCollaborators) {
    this.#with = collaborators;
    const { context, monitor } = collaborators;
    this.#report = context.hub.guarded((evidence) => monitor?.report(evidence), 'NETWORK_UNREACHABLE');
  }

  start(): void {
    const { context, monitor } = this.#with;
    const register = context.hub.guarded(() => {
      this.#unregister = monitor?.register((status) => this.#onStatus(status));
    }, 'NETWORK_UNREACHABLE');
    register(undefined);
    this.probeNow();
  }

  stop(): void {
    const unregister = this.#unregister;
    this.#unregister = undefined;
    this.#with.context.hub.guarded(() => unregister?.(), 'NETWORK_UNREACHABLE')(undefined);
  }

  get isOffline(): boolean {
    return this.#isOffline;
  }

  /** Why it is offline, for a person. */
  get reason(): string {
    return this.#reason;
  }

  /** When it lets the next send through, in monotonic milliseconds; long ago where it lets all through. */
  get shutUntil(): number {
    return this.#isOffline ? this.#probeAt : -Infinity;
  }

  /** Lets one send through, whatever the monitor says. */
  probeNow(): void {
    this.#probeAt = -Infinity;
  }

  /** A send begins. While offline it is the probe, and the next one is far away. */
  sending(): void {
    if (this.#isOffline) this.#probeAt = this.#now() + this.#with.settings.offlineProbeMs;
  }

  /** A send was served: the hint was wrong. */
  served(latencyMs: number): void {
    if (this.#isOffline) this.#refuted = this.#word;
    this.#isOffline = false;
    this.report({ kind: 'answered', latencyMs });
  }

  /** A send was not served. One that says nothing new is no probe, so that another operation's may follow at once. */
  unserved(isEvidence: boolean): void {
    if (!isEvidence) this.probeNow();
  }

  report(evidence: Omit<NetworkEvidence, 'source'>): void {
    this.#isReporting = true;
    this.#report({ ...evidence, source: REQUESTS });
    this.#isReporting = false;
  }

  #onStatus({ state, source, reason }: NetworkStatus): void {
    const isAway = state === 'offline' || state === 'captive';
    const isHint = isAway && source !== REQUESTS && !this.#isReporting;
    this.#word = `${state} ${source} ${reason}`;
    const waitMs = this.#word === this.#refuted ? 0 : this.#with.settings.offlineProbeMs;
    if (isHint && !this.#isOffline) this.#probeAt = this.#now() + waitMs;
    this.#isOffline = isHint;
    this.#reason = reason;
    const { onChange } = this.#with;
    if (isAway) {
      this.#awaySince ??= this.#now();
      if (isHint) onChange(undefined);
    } else if (this.#awaySince !== undefined) {
      const awayMs = this.#now() - this.#awaySince;
      this.#awaySince = undefined;
      onChange(awayMs);
    }
  }

  #now(): number {
    return this.#with.context.clock.monotonicMs();
  }
}
