import type {
  Claim,
  ClaimRequest,
  DeliveryOutcome,
  NewOperation,
  Operation,
  Settlement,
  StoredOperation,
} from '@cpc/sync-core';
import type { Owner } from './scheduler.js';
import { Violation } from './violation.js';

/** What one change of a user came to, under whatever ids it goes. */
interface Fate {
  /** The id that had the effect. */
  appliedAs: string | undefined;
}

/** What the referee knows about one operation. */
export interface OperationRecord {
  readonly id: string;
  readonly device: number;
  readonly entity: string | undefined;
  principal: string | undefined;
  /** It came to its lane from nobody's, behind whatever was under way there. */
  isAdopted: boolean;
  readonly sequence: number;
  readonly waitsFor: readonly string[];
  readonly fate: Fate;
  expires: boolean;
  /** Why it left the queue; `undefined` while it is there. */
  gone: string | undefined;
  /** It failed and lets those behind it go. */
  isAside: boolean;
  sentPayload: string | undefined;
  /** What the transport last said to each tab. Two may have sent it: after a sleep, or a clock that was set. */
  readonly lastOutcomes: Map<Owner, LastOutcome>;
  /** Whose outcome that is. */
  readonly lastSends: Map<Owner, ActiveSend>;
  wasResolvedRemotely: boolean;
  sentAt: number[];
}

/** `none` while a send is under way; `aborted` where its tab gave it up, at its time limit at the latest. */
type LastOutcome = DeliveryOutcome | 'none' | 'aborted' | 'threw';

/** What the app asked for. */
interface Intention {
  readonly entity: string | undefined;
  readonly dependsOn: readonly string[];
}

interface Hold {
  readonly tab: Owner;
  readonly device: number;
  readonly leaseMs: number;
  leaseUntil: number;
}

/** One call of a tab's transport. */
export interface ActiveSend {
  readonly tab: Owner;
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

/** Sends of one operation within ten seconds that neither retries nor the halving of a batch explain. */
const MAX_SENDS_IN_TEN_SECONDS = 30;

/**
 * Watches a history from outside the library, at the storage and at the server, and writes down the first promise
 * that is broken. It throws nowhere: inside the library an exception would only look like another fault.
 */
export class Referee {
  violation: Violation | undefined;
  readonly #records = new Map<string, OperationRecord>();
  readonly #intentions = new Map<string, Intention>();
  /** What was taken without becoming an operation of its own: it joined one, or cancelled one. */
  readonly #merged = new Set<string>();
  readonly #holds = new Map<string, Hold>();
  /** Who lost a lease to a claim with the time of before a clock was set back, and cannot know it yet. */
  readonly #robbed = new Map<string, Owner>();
  readonly #active = new Map<string, ActiveSend[]>();
  readonly #lastApplied = new Map<string, number>();
  /** When each device's wall clock was last set, and each tab last thawed, in virtual milliseconds. */
  readonly disturbedAt = new Map<unknown, number>();
  /** When each device's wall clock was last set ahead, and each tab was opened, in virtual milliseconds. */
  readonly leaptAt = new Map<number, number>();
  readonly openedAt = new Map<Owner, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  record(id: string): OperationRecord | undefined {
    return this.#records.get(id);
  }

  get records(): Iterable<OperationRecord> {
    return this.#records.values();
  }

  broken(invariant: string, message: string): void {
    this.violation ??= new Violation(invariant, message);
  }

  /** A user made a change: what the app asked for, whatever the library makes of it. */
  intended(id: string, intention: Intention): void {
    this.#intentions.set(id, intention);
  }

  /** The storage has taken an operation. */
  stored(device: number, operation: NewOperation, sequence: number): void {
    const known = this.#records.get(operation.id);
    const { entity, dependsOn } = this.#intentions.get(operation.id) ?? operation;
    this.#records.set(operation.id, {
      id: operation.id,
      device,
      entity,
      principal: operation.principal,
      isAdopted: false,
      sequence,
      // What is named before it is there holds nothing.
      waitsFor: dependsOn.filter((id) => this.#isQueued(id)),
      fate: known?.fate ?? { appliedAs: undefined },
      expires: operation.expiresAt !== undefined,
      gone: undefined,
      isAside: false,
      sentPayload: known?.sentPayload,
      lastOutcomes: new Map(),
      lastSends: new Map(),
      wasResolvedRemotely: false,
      sentAt: [],
    });
  }

  /** An operation joined one that waited, which is from then on what the newer one says. */
  joined({ id, expiresAt }: NewOperation, into: string): void {
    this.#merged.add(id);
    const record = this.#records.get(into);
    if (record !== undefined) record.expires = expiresAt !== undefined;
  }

  /** An operation and one that waited cancelled each other. */
  cancelled(id: string, other: string): void {
    this.discarded(other);
    this.#merged.add(id);
  }

  /** The app was told that its operation is safe. */
  promised(id: string, into: string | undefined): void {
    if (!this.#records.has(into ?? id) && !this.#merged.has(id))
      this.broken('no loss', `enqueue of ${id} resolved, but the storage does not have it`);
  }

  claimed(
    tab: Owner,
    device: number,
    wallNow: number,
    request: ClaimRequest,
    claim: Claim,
    left: readonly StoredOperation[],
  ): void {
    // The claim may carry the time of before a clock was set back; by that time leases lapse too.
    if (request.now - wallNow > GRACE_MS / 2) this.disturbedAt.set(device, this.#now());
    for (const [id, hold] of this.#holds) {
      if (hold.device !== device || hold.leaseUntil > request.now) continue;
      this.#holds.delete(id);
      if (hold.leaseUntil > wallNow) this.#robbed.set(id, hold.tab);
    }
    for (const { id } of claim.operations) {
      const hold = this.#holds.get(id);
      if (hold !== undefined && hold.leaseUntil > Math.max(wallNow, request.now) && hold.tab !== tab)
        this.broken(
          'one sender',
          `${id} was claimed while another tab holds it until ${hold.leaseUntil}, at ${request.now}`,
        );
      this.#holds.set(id, { tab, device, leaseMs: request.leaseMs, leaseUntil: claim.leaseUntil });
      if (this.#robbed.get(id) === tab) this.#robbed.delete(id);
    }
    if (claim.operations.length === request.limit) this.#checkPriority(request, claim, left);
  }

  renewed(ids: readonly string[], leaseUntil: number): void {
    for (const id of ids) {
      const hold = this.#holds.get(id);
      if (hold !== undefined) hold.leaseUntil = leaseUntil;
    }
  }

  /**
   * A clock was set: no lease is longer than its length, and one set forward moved the leases' ends. A call that a tab carried through a sleep says the same
   * by mistake, long after its moment, and nobody can tell it from a clock that was set.
   */
  clamped(device: number, wallNow: number, realNow: number, aheadMs: number): void {
    if (realNow - wallNow > GRACE_MS / 2) this.disturbedAt.set(device, this.#now());
    for (const hold of this.#holds.values())
      if (hold.device === device)
        hold.leaseUntil = Math.min(hold.leaseUntil + aheadMs, wallNow + hold.leaseMs);
  }

  /** No operation that may go is left behind although it outranks one that was given out. */
  #checkPriority(
    { principals, knows }: ClaimRequest,
    { operations }: Claim,
    left: readonly StoredOperation[],
  ): void {
    const waiting = left.filter(
      ({ state, principal, kind }) =>
        state === 'waiting' && (principals?.includes(principal) ?? true) && (knows?.has(kind) ?? true),
    );
    const best = Math.max(...waiting.map(({ priority }) => priority));
    for (const claimed of operations) {
      const behind = new Set([claimed]);
      for (const one of behind)
        for (const other of left)
          if (other.sequence > one.sequence && (isBehind(other, one) || other.dependsOn.includes(one.id)))
            behind.add(other);
      const effective = Math.max(...[...behind].map(({ priority }) => priority));
      if (best > effective) this.broken('priority', `${claimed.id} goes before one of priority ${best}`);
    }
  }

  /** A tab begins to send. @returns what to say which send is over */
  sending(
    tab: Owner,
    device: number,
    principal: string | undefined,
    operations: readonly Operation[],
    signal: AbortSignal,
  ): ActiveSend {
    const send: ActiveSend = { tab, startedAt: this.#now(), signal };
    for (const [at, operation] of operations.entries()) {
      const record = this.#records.get(operation.id);
      if (record === undefined) {
        this.broken('one effect', `${operation.id} is sent under a key that nobody enqueued`);
        continue;
      }
      this.#checkHold(tab, operation.id);
      if (operation.principal !== principal)
        this.broken(
          'principals',
          `${operation.id} of ${operation.principal ?? 'nobody'} is sent as ${principal ?? 'nobody'}`,
        );
      this.#checkOrder(tab, record, operations.slice(0, at));
      this.#checkBytes(record, operation);
      this.#checkRate(record);
      this.#checkOverlap(send, device, operation.id);
      record.lastOutcomes.set(tab, 'none');
      record.lastSends.set(tab, send);
    }
    return send;
  }

  /**
   * A send is over for its tab, whatever the server makes of it. A tab that lost a lease and got another may send
   * again while its first send still hangs: only the latest has a claim that can be settled.
   */
  answered(
    send: ActiveSend,
    operations: readonly Operation[],
    outcomes: readonly DeliveryOutcome[] | 'threw' | 'aborted',
  ): void {
    for (const [at, { id }] of operations.entries()) {
      const record = this.#records.get(id);
      if (record?.lastSends.get(send.tab) === send)
        record.lastOutcomes.set(
          send.tab,
          typeof outcomes === 'string' ? outcomes : (outcomes[at] ?? 'threw'),
        );
      this.#active.set(id, this.#active.get(id)?.filter((other) => other !== send) ?? []);
    }
  }

  /** The server had an effect, and takes it for the principal's. */
  applied(id: string, appliedAs: string | undefined): void {
    const record = this.#records.get(id);
    if (record === undefined) {
      this.broken('one effect', `the server applied ${id}, which nobody enqueued`);
      return;
    }
    const { fate, device, entity, principal, sequence } = record;
    if (fate.appliedAs !== undefined)
      this.broken('one effect', `${id} had an effect, and so had ${fate.appliedAs} for the same change`);
    fate.appliedAs = id;
    if (appliedAs !== principal)
      this.broken(
        'principals',
        `${id} of ${principal ?? 'nobody'} was applied as ${appliedAs ?? 'nobody'}'s`,
      );
    if (entity === undefined || record.gone !== undefined) return;
    const lane = `${device}/${entity}/${principal ?? ''}`;
    const last = this.#lastApplied.get(lane) ?? 0;
    if (sequence < last && !record.isAdopted)
      this.broken('entity order', `${id} was applied after a later one of ${entity}`);
    this.#lastApplied.set(lane, Math.max(sequence, last));
  }

  /** A settlement took effect. */
  settled(tab: Owner, settlement: Settlement): void {
    const record = this.#records.get(settlement.id);
    if (record === undefined) return;
    this.#holds.delete(settlement.id);
    const lastOutcome = record.lastOutcomes.get(tab) ?? 'none';
    const said = typeof lastOutcome === 'string' ? lastOutcome : lastOutcome.kind;
    const isNotAboutIt = typeof lastOutcome === 'object' && isAboutOthers(lastOutcome);
    if ('counts' in settlement && settlement.counts && (isNotAboutIt || !COUNTING.has(said)))
      this.broken('attempts', `${record.id} counts an attempt although the last outcome was ${said}`);
    switch (settlement.kind) {
      case 'remove':
        this.#checkRemoval(record);
        break;
      case 'reschedule':
        // Without an attempt it was not sent, and only put aside.
        if (
          settlement.attempt !== undefined &&
          typeof lastOutcome === 'object' &&
          lastOutcome.kind === 'retry' &&
          settlement.delayMs < Math.max(100, lastOutcome.afterMs ?? 0)
        )
          this.broken(
            'Retry-After',
            `${record.id} waits ${settlement.delayMs} ms although asked to wait ${lastOutcome.afterMs ?? 0}`,
          );
        break;
      case 'replace':
        if (said !== 'conflict') this.broken('one key for life', `${record.id} gets a new key after ${said}`);
        record.gone = 'replaced';
        this.#records.set(settlement.operation.id, {
          ...record,
          id: settlement.operation.id,
          gone: undefined,
          sentPayload: undefined,
          lastOutcomes: new Map(),
          lastSends: new Map(),
          sentAt: [],
        });
        break;
      case 'hold':
        if (settlement.state === 'deadLetter' && (isNotAboutIt || !COUNTING.has(said)))
          this.broken('burial', `${record.id} is a dead letter although the last outcome was ${said}`);
        if (settlement.failure.code === 'OPERATION_KIND_UNKNOWN')
          this.broken('two versions', `${record.id} was parked by code that does not know it`);
        record.isAside = settlement.afterFailure === 'skip' && settlement.state === 'deadLetter';
        break;
      case 'release':
        break;
    }
  }

  /** Operations that were nobody's became somebody's. */
  adopted(ids: readonly string[], principal: string | undefined): void {
    for (const id of ids) {
      const record = this.#records.get(id);
      if (record === undefined) continue;
      if (record.sentAt.length > 0) this.broken('principals', `${id} was sent as nobody's and is adopted`);
      Object.assign(record, { principal, isAdopted: true });
    }
  }

  /** It left the queue for a newer one: it had failed, or was never sent. Nobody may be sending it. */
  superseded(id: string): void {
    const record = this.#records.get(id);
    if (record === undefined) return;
    if (this.#holds.has(id)) this.broken('no loss', `${id} was superseded while it is being sent`);
    record.gone = 'superseded';
  }

  discarded(id: string): void {
    const record = this.#records.get(id);
    if (record !== undefined) record.gone = 'discarded';
  }

  #checkRemoval(record: OperationRecord): void {
    record.gone = record.fate.appliedAs === undefined ? 'given up' : 'delivered';
    if (record.gone === 'given up' && !record.expires && !record.wasResolvedRemotely)
      this.broken('no loss', `${record.id} was removed, but the server never applied it`);
  }

  #checkOrder(tab: Owner, record: OperationRecord, aheadInBatch: readonly Operation[]): void {
    const isAhead = (id: string): boolean => aheadInBatch.some((operation) => operation.id === id);
    for (const id of record.waitsFor)
      if (this.#isQueued(id))
        this.broken('dependencies', `${record.id} is sent before ${id}, which it depends on`);
    if (record.entity === undefined) return;
    for (const other of this.#records.values())
      if (
        other.device === record.device &&
        other.entity === record.entity &&
        other.principal === record.principal &&
        !other.isAdopted &&
        other.sequence < record.sequence &&
        other.gone === undefined &&
        !other.isAside &&
        !isAcknowledged(other) &&
        !isAhead(other.id) &&
        !this.#isGivenUp(tab, other)
      )
        this.broken(
          'entity order',
          `${record.id} is sent while ${other.id} of ${record.entity} is ahead of it`,
        );
  }

  /** Whoever was robbed of its lease may send once: its next look at the storage tells it. */
  #checkHold(tab: Owner, id: string): void {
    const wasRobbed = this.#robbed.get(id) === tab && this.#robbed.delete(id);
    if (this.#holds.get(id)?.tab !== tab && !wasRobbed)
      this.broken('one sender', `${id} is sent by a tab that does not hold it`);
  }

  #checkBytes(record: OperationRecord, { payloadJson, baseVersion = 'no version' }: Operation): void {
    const request = `${payloadJson} on ${baseVersion}`;
    record.sentPayload ??= request;
    if (record.sentPayload !== request)
      this.broken(
        'identical repeats',
        `${record.id} was sent as two requests: ${record.sentPayload}, ${request}`,
      );
  }

  #checkRate(record: OperationRecord): void {
    record.sentAt = [...record.sentAt.filter((at) => at > this.#now() - 10_000), this.#now()];
    if (record.sentAt.length > MAX_SENDS_IN_TEN_SECONDS)
      this.broken(
        'bounded requests',
        `${record.id} was sent ${record.sentAt.length} times within ten seconds`,
      );
  }

  /** Two tabs send at once. A tab that slept, and a clock that was set, excuse it: neither can be noticed in time. */
  #checkOverlap(send: ActiveSend, device: number, id: string): void {
    const others = (this.#active.get(id) ?? []).filter(({ tab, signal }) => !tab.isDead && !signal.aborted);
    for (const other of others) {
      const disturbedAt = Math.max(this.disturbedAt.get(other.tab) ?? -1, this.disturbedAt.get(device) ?? -1);
      // Whoever starts after a leap cannot have seen it, until the holder renews its lease.
      const leaptAt = this.leaptAt.get(device) ?? -1;
      const cannotKnow = other.startedAt < leaptAt && (this.openedAt.get(send.tab) ?? 0) > leaptAt;
      if (other.tab !== send.tab && !cannotKnow && disturbedAt < other.startedAt - GRACE_MS)
        this.broken('one sender', `${id} is sent by two tabs at once`);
    }
    this.#active.set(id, [...others, send]);
  }

  /** What expired goes with the settlement of its claim, while those behind it are on their way already. */
  #isGivenUp(tab: Owner, { id, expires }: OperationRecord): boolean {
    return expires && this.#holds.get(id)?.tab === tab;
  }

  #isQueued(id: string): boolean {
    const record = this.#records.get(id);
    return record !== undefined && record.gone === undefined;
  }
}

/** A call of a slow storage may carry the time of before a clock was set, for so long. */
const GRACE_MS = 60_000;

/** After these, and only these, an attempt counts; a conflict only where its resolver failed. */
const COUNTING: ReadonlySet<string> = new Set(['retry', 'rejected', 'threw', 'conflict']);

/** A "not now" that says nothing about the operation itself. */
function isAboutOthers(outcome: DeliveryOutcome): boolean {
  return outcome.kind === 'retry' && (outcome.scope ?? 'operation') !== 'operation';
}

/** The server has it; only the settlement is still to come. */
function isAcknowledged({ lastOutcomes }: OperationRecord): boolean {
  return [...lastOutcomes.values()].some((one) => typeof one === 'object' && one.kind === 'acknowledged');
}

function isBehind(other: StoredOperation, one: StoredOperation): boolean {
  return one.entity !== undefined && other.entity === one.entity && other.principal === one.principal;
}
