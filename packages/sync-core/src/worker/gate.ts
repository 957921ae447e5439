import type { NetworkMonitor } from '@cpc/network';
import type { SyncFailure } from '../errors/sync-failure.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { CredentialProvider } from '../ports/credential-provider.js';
import type { Principals } from '../ports/sign-in.js';
import type { Reason } from '../queue/explanation.js';
import type { QueueContext } from '../queue/queue-context.js';
import { Blame, type Verdict } from './blame.js';
import { Circuit } from './circuit.js';
import { NetworkHint } from './network-hint.js';
import type { SendOutcome } from './send.js';
import { SignIn } from './sign-in.js';
import { WaitingRoom } from './waiting-room.js';
import type { WorkerSettings } from './worker-options.js';

export interface GateCollaborators {
  readonly context: QueueContext;
  readonly settings: WorkerSettings;
  readonly monitor: NetworkMonitor | undefined;
  readonly credentials: CredentialProvider | undefined;
  /** Something may go that could not before. */
  readonly wake: () => void;
}

/** What one send met. */
type Service =
  | { readonly kind: 'served'; readonly isTaken: boolean }
  | {
      readonly kind: 'unserved';
      readonly reason: SyncFailure;
      readonly askedMs: number;
      readonly isAnswer: boolean;
    }
  | { readonly kind: 'nothing' };

/**
 * How many sends may be under way now. None while paused, none while the circuit is open, and none while a monitor says
 * that there is no network, but for the probes of the two. After an outage a random moment passes first, in proportion
 * to its length, so that ten thousand devices do not return at once.
 */
export class Gate {
  readonly signIn: SignIn;
  readonly room: WaitingRoom;
  readonly #with: GateCollaborators;
  readonly #circuit: Circuit;
  readonly #hint: NetworkHint;
  readonly #blame: Blame;
  #isPaused = false;
  /** When, in monotonic milliseconds, the random moment after an outage is over. */
  #backAt = -Infinity;
  /** What an outage holds up, until it is settled and may be called back. */
  readonly #heldUp = new Set<string>();

  constructor(collaborators: GateCollaborators) {
    this.#with = collaborators;
    const { context, settings, credentials, wake } = collaborators;
    this.signIn = new SignIn(context, settings, credentials, wake);
    this.room = new WaitingRoom(context);
    this.#blame = new Blame(context.clock);
    this.#hint = new NetworkHint({ ...collaborators, onChange: (awayMs) => this.#onNetwork(awayMs) });
    this.#circuit = new Circuit({
      backoff: settings.outageBackoff,
      random: context.random,
      concurrency: settings.concurrency,
    });
  }

  start(): void {
    this.signIn.forget();
    this.#hint.start();
    this.probeNow();
  }

  stop(): void {
    this.#hint.stop();
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

  /** Lets one send through, whatever was concluded before; not sooner than a server asked for. */
  probeNow(): void {
    this.#hint.probeNow();
    this.#circuit.networkBack(this.#now(), 0);
  }

  /** How many sends may be under way now, those that are included. */
  slots(): number {
    const now = this.#now();
    if (this.#isPaused || now < Math.max(this.#backAt, this.#hint.shutUntil)) return 0;
    return Math.min(this.#hint.isOffline ? 1 : Infinity, this.#circuit.allowed(now));
  }

  /** How many of {@link slots} those may have that were tried before, so that what is new always has a way. */
  retrySlots(): number {
    const slots = this.slots();
    return slots <= 1 ? slots : slots >> 1;
  }

  /** Whether the next send is a probe: then the others wait for what it meets. */
  get isProbing(): boolean {
    return this.#circuit.isOpen || this.#hint.isOffline;
  }

  /** How many operations a send may hold at most that holds this one, which was tried before. */
  sendLimit(id: string): number {
    return this.#blame.sendLimit(id);
  }

  /** How long a shut gate stays shut by itself, in milliseconds; `Infinity` when only an event opens it. */
  waitMs(): number {
    const opensAt = Math.max(this.#backAt, this.#hint.shutUntil, this.#circuit.openUntil);
    const waitMs = opensAt - this.#now();
    return this.#isPaused || waitMs <= 0 ? Infinity : waitMs;
  }

  /**
   * How long an operation has to wait at least that was not served, in milliseconds: until others can be the probe. A
   * monitor's word is taken for true as long as nothing refutes it.
   */
  get closedForMs(): number {
    const hintMs = this.#hint.isOffline ? this.#with.settings.offlineProbeMs : 0;
    return Math.max(hintMs, this.#circuit.openUntil - this.#now(), 0);
  }

  /**
   * How long an operation is put aside that was tried before and for which there is no room, in milliseconds. It is
   * called sooner where there is. While a probe decides about all of them, the next one finds half of them, and so looks
   * further into a long queue than this one did.
   */
  get asideMs(): number {
    const { settings, context } = this.#with;
    const draw = context.random.next();
    if (this.isProbing) return settings.minRetryMs + Math.ceil(2 * draw * this.#circuit.openMs);
    return Math.ceil((settings.attemptTimeoutMs * (1 + draw)) / 2);
  }

  /** Whose operations may go: those of who is signed in, unless that one must sign in again. */
  whose(): Principals {
    const { settings, context } = this.#with;
    const whose = settings.principals ?? [context.session.principal];
    return whose.filter((principal) => !this.signIn.isParked(principal));
  }

  /** A send begins. */
  sending(): void {
    this.#circuit.sending(this.#now());
    this.#hint.sending();
  }

  /** A send is over: draws conclusions for the circuit, the monitor and the sign-in. */
  met(
    operations: readonly StoredOperation[],
    outcomes: readonly SendOutcome[],
    sentAt: number,
    signal: AbortSignal,
  ): void {
    for (const [at, outcome] of outcomes.entries()) {
      const { id, principal } = operations[at] as StoredOperation;
      this.#heldUp.delete(id);
      this.room.leave(id);
      if (outcome.kind === 'unauthenticated') this.signIn.required(principal, outcome.reason, sentAt, signal);
      else if (outcome.kind === 'acknowledged') this.signIn.accepted(principal);
    }
    const service = serviceOf(outcomes);
    if (service.kind === 'served') this.#served(service.isTaken, sentAt, operations);
    else if (service.kind === 'unserved') this.#unserved(operations, service, sentAt);
  }

  /** What was sent is settled: what an outage holds up goes when the outage ends, whatever its own wait. */
  settled(ids: readonly string[]): void {
    for (const id of ids) if (this.#heldUp.delete(id)) this.room.enter(id);
  }

  /** Whether an answer that asks for another attempt speaks against the operation, and not against the server. */
  speaksAgainst(operation: StoredOperation): boolean {
    return this.#blame.speaksAgainst(operation);
  }

  #served(isTaken: boolean, sentAt: number, operations: readonly StoredOperation[]): void {
    this.#blame.served(operations, isTaken);
    const wasOffline = this.#hint.isOffline;
    this.#hint.served(this.#now() - sentAt);
    if (this.#circuit.served()) this.#with.context.hub.emit({ type: 'circuitClosed' });
    else if (!wasOffline) return;
    this.#with.wake();
  }

  #unserved(
    operations: readonly StoredOperation[],
    { reason, askedMs, isAnswer }: Extract<Service, { kind: 'unserved' }>,
    sentAt: number,
  ): void {
    const now = this.#now();
    const verdict = this.#blame.unserved(operations, sentAt);
    const heldMs = Math.min(askedMs, this.#with.settings.maxRetryAfterMs);
    const isOpened = this.#circuit.unserved(now, verdict.isEvidence, heldMs + this.#jitterMs(heldMs));
    this.#hint.unserved(verdict.isEvidence);
    if (isOpened) this.#with.context.hub.emit({ type: 'circuitOpened', failure: reason });
    this.#testify(verdict, reason, isAnswer, now - sentAt);
    if (!verdict.isToBlame && this.isProbing) for (const { id } of operations) this.#heldUp.add(id);
  }

  #testify({ isNews }: Verdict, { code, message }: SyncFailure, isAnswer: boolean, latencyMs: number): void {
    if (isAnswer) this.#hint.report({ kind: 'answered', latencyMs });
    else if (isNews)
      this.#hint.report({ kind: code === 'NETWORK_CAPTIVE' ? 'captive' : 'unreachable', detail: message });
  }

  /** What holds an operation up that is otherwise free to go. */
  explain({ principal }: StoredOperation): Reason | undefined {
    if (this.signIn.isParked(principal))
      return { waitsFor: 'signIn', message: `Waits until ${principal ?? 'the app'} is signed in again.` };
    if (this.#isPaused) return { waitsFor: 'resume', message: 'The worker is paused. Call resume().' };
    if (this.slots() > 0) return undefined;
    const waitMs = this.waitMs();
    const message = this.#hint.isOffline
      ? `Waits for the network: ${this.#hint.reason}`
      : 'Waits for the server to answer again.';
    const until = this.#with.context.clock.now() + waitMs;
    return { waitsFor: 'network', message, ...(waitMs < Infinity && { until }) };
  }

  #now(): number {
    return this.#with.context.clock.monotonicMs();
  }

  /** @param awayMs - for how long there was no network that is back now; `undefined` where it was lost */
  #onNetwork(awayMs: number | undefined): void {
    if (awayMs !== undefined) {
      const now = this.#now();
      const downMs = this.#circuit.isOpen ? Math.max(awayMs, now - this.#circuit.openedAt) : awayMs;
      const waitMs = this.#jitterMs(downMs);
      this.#backAt = now + waitMs;
      this.#circuit.networkBack(now, waitMs);
      this.signIn.networkBack();
    }
    this.#with.wake();
  }

  /** A random moment after a time in which nobody came through, a tenth of it at the most. */
  #jitterMs(downMs: number): number {
    const { settings, context } = this.#with;
    return context.random.next() * Math.min(settings.reconnectJitterMs, downMs / 10);
  }
}

/** What the outcomes of one send say about the server and the way to it. */
function serviceOf(outcomes: readonly SendOutcome[]): Service {
  if (outcomes.some(isService))
    return { kind: 'served', isTaken: outcomes.some(({ kind }) => kind === 'acknowledged') };
  const later = outcomes.find((outcome) => outcome.kind === 'retry' && outcome.scope === 'server');
  const silent = outcomes.find((outcome) => outcome.kind === 'unreachable');
  if (later?.kind === 'retry')
    return { kind: 'unserved', reason: later.reason, askedMs: later.afterMs ?? 0, isAnswer: true };
  if (silent?.kind === 'unreachable')
    return { kind: 'unserved', reason: silent.reason, askedMs: 0, isAnswer: false };
  return { kind: 'nothing' };
}

/**
 * Whether the server must have looked at the operation: a transport that threw, or a follower that was never sent, says
 * nothing, and "later" to everybody is no service.
 */
function isService(outcome: SendOutcome): boolean {
  switch (outcome.kind) {
    case 'unreachable':
    case 'aborted':
    case 'skipped':
      return false;
    case 'retry':
      return outcome.reason.code !== 'TRANSPORT_FAILED' && outcome.scope !== 'server';
    default:
      return true;
  }
}
