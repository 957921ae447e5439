import type { NetworkEvidence, NetworkMonitor, NetworkStatus } from '@cpc/network';
import type { SyncFailure } from '../errors/sync-failure.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { CredentialProvider } from '../ports/credential-provider.js';
import type { Principals } from '../ports/queue-storage.js';
import type { Reason } from '../queue/explain.js';
import type { QueueContext } from '../queue/queue-context.js';
import { Circuit } from './circuit.js';
import type { SendOutcome } from './send.js';
import { SignIn } from './sign-in.js';
import type { WorkerSettings } from './worker-options.js';

export interface GateCollaborators {
  readonly context: QueueContext;
  readonly settings: WorkerSettings;
  readonly monitor: NetworkMonitor | undefined;
  readonly credentials: CredentialProvider | undefined;
  /** Something may go that could not before. */
  readonly wake: () => void;
}

/** No more than so many operations are remembered as held up by an outage; the others wait out their delay. */
const MAX_STRANDED = 10_000;

/**
 * Whether anything may be sent now: not while paused, not while the circuit is open, and not while the monitor says
 * that there is no network, but for a rare probe, since monitors err. After the network came back, a random moment
 * passes first, so that ten thousand devices do not return at once.
 */
export class Gate {
  readonly signIn: SignIn;
  readonly #with: GateCollaborators;
  readonly #circuit: Circuit;
  /** Operations whose wait ends with the outage that caused it. */
  readonly #stranded = new Set<string>();
  /** Operations that met no answer while others did. Their next ones say nothing about the network. */
  readonly #blamed = new Set<string>();
  #unregister: (() => void) | undefined;
  #isPaused = false;
  #isOffline = false;
  #offlineReason = '';
  /** When, in monotonic milliseconds, the network lets the next send through. */
  #networkAt = 0;
  #lastAnswerAt = -Infinity;

  constructor(collaborators: GateCollaborators) {
    this.#with = collaborators;
    const { context, settings, credentials, wake } = collaborators;
    this.signIn = new SignIn(context.hub, context.clock, credentials, wake);
    this.#circuit = new Circuit({
      backoff: settings.outageBackoff,
      random: context.random,
      concurrency: settings.concurrency,
    });
  }

  start(): void {
    this.signIn.forget();
    this.#ask((monitor) => {
      this.#unregister = monitor.register((status) => this.#onNetwork(status));
    });
  }

  stop(): void {
    const unregister = this.#unregister;
    this.#unregister = undefined;
    this.#ask(() => unregister?.());
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#with.wake();
  }

  /** How many sends may be under way now, those that are included. */
  slots(): number {
    const now = this.#now();
    if (this.#isPaused || now < this.#networkAt) return 0;
    return Math.min(this.#isOffline ? 1 : Infinity, this.#circuit.allowed(now));
  }

  /** How long a shut gate stays shut by itself, in milliseconds; `Infinity` when only an event opens it. */
  waitMs(): number {
    const waitMs = Math.max(this.#networkAt, this.#circuit.openUntil) - this.#now();
    return this.#isPaused || waitMs <= 0 ? Infinity : waitMs;
  }

  /** How long an open circuit keeps all sends back, in milliseconds. */
  get closedForMs(): number {
    return Math.max(0, this.#circuit.openUntil - this.#now());
  }

  /** Whose operations may go: the principal's that is signed in, and those that are nobody's. */
  principals(current: string | undefined): Principals {
    return [...new Set([undefined, current])].filter((principal) => !this.signIn.isParked(principal));
  }

  /** A send begins. */
  sending(): void {
    this.#circuit.sending(this.#now());
    if (this.#isOffline) this.#networkAt = this.#now() + this.#with.settings.offlineProbeMs;
  }

  /** A send is over: draws conclusions for the circuit, the monitor and the sign-in. */
  met(
    operations: readonly StoredOperation[],
    outcomes: readonly SendOutcome[],
    sentAt: number,
    signal: AbortSignal,
  ): void {
    const now = this.#now();
    const isAnswered = outcomes.some(isAnswer);
    const unanswered = outcomes.find((outcome) => outcome.kind === 'unreachable');
    for (const [at, outcome] of outcomes.entries()) {
      const operation = operations[at] as StoredOperation;
      if (outcome.kind === 'unauthenticated')
        this.signIn.required(operation.principal, outcome.reason, sentAt, signal);
      else if (outcome.kind === 'acknowledged') this.signIn.accepted(operation.principal);
      else if (outcome.kind === 'unreachable') this.#strand(operation);
    }
    if (isAnswered) {
      const { context } = this.#with;
      this.#lastAnswerAt = context.clock.now();
      if (this.#blamed.size > 0) for (const { id } of operations) this.#blamed.delete(id);
      if (this.#circuit.answered(now)) {
        context.hub.emit({ type: 'circuitClosed' });
        void this.#releaseStranded();
      }
      this.#report({ kind: 'answered', source: 'requests', latencyMs: now - sentAt });
    } else if (unanswered !== undefined) {
      this.#unanswered(operations, unanswered.reason, sentAt);
    }
  }

  #unanswered(operations: readonly StoredOperation[], failure: SyncFailure, sentAt: number): void {
    if (operations.every(({ id }) => this.#blamed.has(id))) return;
    const now = this.#now();
    const wasClosed = !this.#circuit.isOpen;
    if (!this.#circuit.unanswered(sentAt, now)) {
      if (this.#blamed.size < MAX_STRANDED) for (const { id } of operations) this.#blamed.add(id);
      return;
    }
    if (wasClosed) this.#with.context.hub.emit({ type: 'circuitOpened', failure });
    const kind = failure.code === 'NETWORK_CAPTIVE' ? 'captive' : 'unreachable';
    this.#report({ kind, source: 'requests', detail: failure.message });
  }

  #report(evidence: NetworkEvidence): void {
    this.#ask((monitor) => monitor.report(evidence));
  }

  /** A monitor that throws disturbs no delivery. */
  #ask(task: (monitor: NetworkMonitor) => void): void {
    const { monitor, context } = this.#with;
    try {
      if (monitor !== undefined) task(monitor);
    } catch (error) {
      context.hub.fail(error, 'NETWORK_UNREACHABLE');
    }
  }

  /** What holds an operation up that is otherwise free to go. */
  explain({ principal }: StoredOperation): Reason | undefined {
    if (this.signIn.isParked(principal))
      return { waitsFor: 'signIn', message: `Waits until ${principal ?? 'the app'} is signed in again.` };
    if (this.#isPaused) return { waitsFor: 'resume', message: 'The worker is paused. Call resume().' };
    if (this.slots() > 0) return undefined;
    const waitMs = this.waitMs();
    const message = this.#isOffline
      ? `Waits for the network: ${this.#offlineReason}`
      : 'Waits for the server to answer again.';
    const until = this.#with.context.clock.now() + waitMs;
    return { waitsFor: 'network', message, ...(waitMs < Infinity && { until }) };
  }

  #now(): number {
    return this.#with.context.clock.monotonicMs();
  }

  #onNetwork({ state, reason }: NetworkStatus): void {
    const isOffline = state === 'offline' || state === 'captive';
    if (isOffline === this.#isOffline) return;
    const { settings, context, wake } = this.#with;
    this.#isOffline = isOffline;
    this.#offlineReason = reason;
    const waitMs = isOffline ? settings.offlineProbeMs : context.random.next() * settings.reconnectJitterMs;
    this.#networkAt = this.#now() + waitMs;
    if (!isOffline) {
      this.#circuit.networkBack(this.#now(), waitMs);
      void this.#releaseStranded();
    }
    wake();
  }

  /**
   * Remembers an operation whose next attempt should not wait out its delay when the outage ends. One that met no
   * answer twice, though others met one in between, is to blame itself and waits.
   */
  #strand({ id, history }: StoredOperation): void {
    const previous = history.at(-1);
    const isToBlame = previous?.outcome === 'unreachable' && previous.startedAt < this.#lastAnswerAt;
    if (!isToBlame && this.#stranded.size < MAX_STRANDED) this.#stranded.add(id);
  }

  /** Only what still waits goes at once: what has become a dead letter meanwhile stays one. */
  async #releaseStranded(): Promise<void> {
    const { context, wake } = this.#with;
    const ids = [...this.#stranded];
    this.#stranded.clear();
    try {
      if (ids.length > 0) await context.storage.requeue(ids, context.clock.now(), ['scheduled']);
      wake();
    } catch (error) {
      context.hub.fail(error, 'STORAGE_FAILED');
    }
  }
}

/** Whether the server must have spoken: a transport that threw, or a follower that was never sent, says nothing. */
function isAnswer(outcome: SendOutcome): boolean {
  switch (outcome.kind) {
    case 'unreachable':
    case 'aborted':
    case 'skipped':
      return false;
    case 'retry':
      return outcome.reason.code !== 'TRANSPORT_FAILED';
    default:
      return true;
  }
}
