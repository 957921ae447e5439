import type { SyncFailure } from '../errors/sync-failure.js';
import type { AttemptRecord, OperationState } from '../operation/operation.js';
import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { NewOutcome, OutcomePage, OutcomeQuery, OutcomeRecord } from './outcome-record.js';
import type { Principals, SignedIn, SignInResult, SignInRules } from './sign-in.js';
import type { Subscribable } from './subscribable.js';

/**
 * Where a queue lives. The port is small and batched, and it keeps the rules that must hold in one atomic
 * step: the order within an entity, the priority among those that may go, the lease on what is being sent.
 *
 * ## Lanes
 *
 * Operations of one entity and one principal form a lane in sequence order; its first is the head, and only the head
 * is ever claimed (or, with `perEntity`, the head and those right behind it). A head that is leased, parked, scheduled
 * or a dead letter holds its followers and nobody else. What comes into a lane in front of one that is leased (a dead
 * letter that was put aside, a record out of quarantine, what somebody adopts) is blocked until that lease is over, so
 * that no two of a lane are under way in two sends. Operations without an entity are lanes of one. Those without a
 * principal are one more person's: a guest's. What `dependsOn` names may stand in any lane, of anybody.
 *
 * A dead letter that was put aside (see {@link AfterFailure}) has left its lane: it holds nobody, and is the tail or the
 * head of nothing, until a `requeue` or a `replace` gives it its place back, by its sequence.
 *
 * ## What became of operations
 *
 * A storage keeps the latest 10,000 outcomes at least, each in the durable step that makes it so: what a settlement
 * brings, and of itself what `enqueue`, `discard` and `replace` do to operations and what it parks. They are numbered
 * one by one, so whoever read up to a sequence reads on from there and misses nothing.
 *
 * ## Things that never came to be
 *
 * An operation that leaves without being delivered (discarded, expired, cancelled, superseded) creates nothing. What
 * mentions its id, or that of the one whose place it took, in its `references` is parked in the same step with
 * `REFERENCE_ENDED`, and so is what mentions it when it is enqueued, restored unattempted or put into another's place
 * later, for as long as the id is remembered. `requeue` leaves such an operation alone. An assignment of the id frees it.
 *
 * ## Effective rank
 *
 * A claim orders by effective rank, highest first, then by sequence. The effective rank of an operation is the
 * highest of its own and of the effective ranks of all that wait for it: those behind it in its lane, and
 * those that depend on it.
 *
 * ## Who is signed in
 *
 * A storage keeps who is signed in, for all that have it open: nobody until the first `signIn`. It decides about
 * claims that say on whose behalf they are made, and about nothing else.
 *
 * ## Time
 *
 * A storage reads no clock. An operation is scheduled while its `scheduledAt` lies behind its `createdAt`, or
 * after a `reschedule`, until a claim with a `now` at or behind its due time. That claim ends the schedule of what is
 * blocked as well, and whatever principals it names: a time that has come does not come again, though the clock be set
 * back.
 *
 * ## Durability
 *
 * When a promise of this port resolves, its change is as durable as the storage promises; when it rejects,
 * nothing of it happened or, for a fault in the very commit, the change may have happened, and repeating the
 * call is safe. Reads see every change that resolved before them. Every method rejects with
 * `STORAGE_CLOSED` before `open` and after `close`.
 *
 * ## What is whose
 *
 * What a storage hands out is the receiver's own, or frozen: nothing that is done to it reaches the queue. What it was
 * given it keeps as it was at the call.
 *
 * The conformance suite in `@cpc/testing` is this text as executable cases.
 */
export interface QueueStorage {
  readonly supports: StorageSupports;

  /**
   * Hints and notices. A hint says that the queue may have changed in a way that this instance did not cause;
   * hints may be missing or doubled, and a worker polls as well.
   */
  readonly notices: Subscribable<StorageNotice>;

  /** Idempotent, like `close`. After `close` it may be opened again. */
  open(): Promise<void>;
  /** Ends every call that is under way: waits for it, or lets it reject as any call may, so that none hangs. */
  close(): Promise<void>;

  /**
   * Adds operations at the end of the queue. Each inner array is one caller's batch and is added whole or not
   * at all, in order; all batches share one durable step.
   *
   * Idempotent by id: an operation whose id is in the queue with the same kind and payload is a `duplicate` and
   * changes nothing. So is one whose id is among the latest 10,000, at least, that left the queue, joined another
   * operation, were cancelled, or got another form or another id, whatever it says: what was enqueued under it
   * was taken, and a caller that repeats an `enqueue` of which it does not know the end must not bring it back.
   * An `enqueue` that was refused leaves no trace.
   *
   * What `dependsOn` names waits for what took its place: an id that joined another operation, or was replaced by
   * one under a new id, means that one from then on.
   *
   * @returns one result per batch, in order
   */
  enqueue(
    batches: readonly (readonly NewOperation[])[],
    options?: EnqueueRules,
  ): Promise<readonly EnqueueResult[]>;

  /**
   * Leases operations that may go, in order of effective rank. First, leases that ended at or before `now`
   * lapse: their operations may go again. Two claims never hold the same operation; a storage may also let a
   * claim go empty while another holder's lease lasts.
   */
  claim(request: ClaimRequest): Promise<Claim>;

  /**
   * Extends the lease of those operations that `token` still holds, to `leaseUntil`.
   *
   * @returns the ids that it still held
   */
  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]>;

  /**
   * Settles operations held under `token`, in one durable step. An operation that the token no longer holds,
   * because its lease lapsed and somebody else claimed it, or because it is gone, is left alone.
   *
   * @returns for each settlement, in order, whether it took effect
   */
  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]>;

  /**
   * When a claim by these principals could next receive an operation by time alone: the earliest due time
   * among their scheduled heads of kinds that the caller knows, or the earliest end of a lease on an operation of
   * theirs, of whatever kind. `undefined` when time alone changes nothing; `now` or earlier when something may go at
   * once.
   */
  nextDue(request: NextDueRequest): Promise<number | undefined>;

  /**
   * The clock was set. Every wait that is now longer than its own `delayMs` ends at once, every lease
   * that is now longer than its length ends after that length. Schedules of the app's own stay.
   *
   * @param aheadMs - by how much it was set forward: the ends of leases move with it, up to their length from now, so that
   * none lapses by it whose holder is alive. @defaultValue 0
   */
  clampTimes(now: number, aheadMs?: number): Promise<void>;

  get(id: string): Promise<StoredOperation | undefined>;

  /**
   * The ids for which a `blocked` operation waits directly: its lane's head, or, where it is that itself, what is leased
   * behind it; and what it depends on.
   */
  blockersOf(id: string): Promise<readonly string[]>;

  /**
   * The operations that wait directly for this one: those behind it in its lane, where it holds the lane, then those
   * that depend on it, each in order of sequence.
   *
   * @param limit - of both together; @defaultValue 100
   */
  followersOf(id: string, limit?: number): Promise<readonly StoredOperation[]>;

  /** The outcomes that are kept, in their order. Where `after` lies further back than what is kept, the oldest. */
  outcomes(query?: OutcomeQuery): Promise<OutcomePage>;

  /** The latest outcome of an id; `undefined` where none is kept. */
  outcomeOf(id: string): Promise<OutcomeRecord | undefined>;

  /** A page of operations in sequence order. Unreadable records are left out, see `quarantined`. */
  list(query?: ListQuery): Promise<Page<StoredOperation>>;

  stats(): Promise<StorageStats>;

  /**
   * Makes dead letters and parked operations go again at once, with `attempts` at 0 and their history kept, and
   * ends the wait of scheduled ones, with their attempts as they are. Others are left alone, and so is what mentions a
   * thing that never came to be.
   *
   * @param states - only operations in one of these states; whoever ends a wait must not revive what has become a dead
   * letter meanwhile
   * @returns the ids that were changed
   */
  requeue(
    ids: readonly string[],
    now: number,
    states?: readonly OperationState[],
  ): Promise<readonly string[]>;

  /**
   * Removes operations that are not leased and releases what waited for them, but for what mentions them.
   *
   * @returns the operations that were removed, in order of sequence
   */
  discard(ids: readonly string[], options?: DiscardOptions): Promise<readonly StoredOperation[]>;

  /**
   * Puts another operation, under the same id or a new one, in the place of one that is not leased, and makes
   * it go: same sequence, no attempts, never attempted, history kept. What depended on the old id depends on
   * the new one. Rejects with `OPERATION_ID_REUSED` where another operation in the queue has the new id.
   *
   * @param at - when, for the outcome that is kept where the id is another
   * @returns false where the operation is gone or leased
   */
  replace(id: string, operation: NewOperation, at?: number): Promise<boolean>;

  /**
   * Adds operations as they are, states, attempts and history included, with new sequences in the given order;
   * leased ones become waiting. Ids that are in the queue already are left alone; ids that left it come back. What
   * was never attempted takes the permanent ids that are known, as an enqueued one does.
   *
   * @returns the ids that were added
   */
  restore(operations: readonly StoredOperation[]): Promise<readonly string[]>;

  /**
   * Makes it known who is signed in, `undefined` for nobody, and in the same durable step settles what that means for
   * the operations that are there, see {@link SignInRules}. Tells other instances by a notice.
   */
  signIn(principal: string | undefined, rules?: SignInRules): Promise<SignInResult>;

  /** Who is signed in, as whichever instance said last. */
  signedIn(): Promise<SignedIn>;

  /** A page of records that could not be read or failed their checksum. */
  quarantined(query?: { readonly after?: number; readonly limit?: number }): Promise<Page<QuarantinedRecord>>;

  /**
   * Reads again what was put aside, and brings back what can be read now, since its key is there again for example: as it
   * was, in its place by its sequence, so that what stands behind it in its lane waits for it again. One that was leased
   * when it was put aside counts as attempted. What is in the queue under the same id keeps a record where it
   * is.
   */
  rereadQuarantined(): Promise<RereadResult>;
}

/** What an implementation can do. The conformance suite reads it instead of skipping cases. */
export interface StorageSupports {
  /** Survives the end of the process. */
  readonly durable: boolean;
  /** Two claims can be out at the same time; otherwise the second is empty until the first is settled. */
  readonly concurrentClaims: boolean;
  /** Several instances, in this process or in others, may open the same queue. */
  readonly sharing: boolean;
  /** Keeps unreadable records aside. */
  readonly quarantine: boolean;
}

export type StorageNotice =
  | { readonly kind: 'changed' }
  /** Another instance said who is signed in. A hint as well: what counts is `signedIn`. */
  | { readonly kind: 'signedIn' }
  | { readonly kind: 'quarantined'; readonly record: QuarantinedRecord }
  /** The handle was lost (deleted, upgraded elsewhere, forced closed); the storage reopens by itself if it can. */
  | { readonly kind: 'lost'; readonly failure: SyncFailure }
  /** Something failed, or goes wrong, that belongs to no call; the storage goes on. */
  | { readonly kind: 'failed'; readonly failure: SyncFailure };

export interface QuarantinedRecord {
  readonly sequence: number;
  readonly id?: string;
  readonly reason: SyncFailure;
  /** The record as it was found. */
  readonly raw: Uint8Array;
}

/** What came of reading the quarantine again. */
export interface RereadResult {
  /** The operations that are in the queue again, in order of sequence. */
  readonly restored: readonly StoredOperation[];
  /** How many records are still in quarantine. */
  readonly left: number;
}

/** The kinds that a caller can send, each with the newest version of its payload that the caller knows. */
export type KnownKinds = ReadonlyMap<string, number>;

/** What `nextDue` is asked; all but `now` means the same as in a {@link ClaimRequest}. */
export interface NextDueRequest {
  readonly now: number;
  readonly principals?: Principals;
  readonly knows?: KnownKinds;
}

export interface EnqueueRules {
  /** A batch that would make the queue larger than this is refused as `QUEUE_FULL`. */
  readonly maxPending?: number;
  readonly coalesce?: Coalesce;
  /**
   * Whether an incoming operation takes the meaning of the dead letter that holds its lane, so that this one leaves the
   * queue. Pure and synchronous. Asked only where both have the same principal and nothing depends on the dead letter.
   */
  readonly supersede?: (deadLetter: StoredOperation, incoming: NewOperation) => boolean;
}

export interface DiscardOptions {
  /** Also removes all that waits for them, directly or not, and all that mentions them. @defaultValue false */
  readonly withFollowers?: boolean;
  /** When, for the outcomes that are kept, in milliseconds since the epoch. */
  readonly at?: number;
}

/**
 * Decides whether an incoming operation joins the one at the tail of its lane. Pure and synchronous, since it
 * runs inside the storage's atomic step. It is asked only when `incoming.coalesces`, and when the tail was never
 * attempted, is `waiting`, `scheduled` or `blocked`, has the same principal, and already waits for everything
 * that `incoming.dependsOn` names: through its own dependencies, or because it stands behind it in the lane. The
 * tail itself may be named, as by a change that refers to what the tail creates: joining it is all that was
 * waited for.
 *
 * @param ahead - the operations ahead of the tail in its lane that may vanish with it, the latest first: none was ever
 * attempted, nothing depends on one of them but what stands behind it here, and for the rest they are like the tail. It
 * costs as much as is taken of it.
 */
export type Coalesce = (
  tail: StoredOperation,
  incoming: NewOperation,
  ahead: Iterable<StoredOperation>,
) => Coalescence;

/** `count`: how many vanish, the tail and those of `ahead`, in their order. @defaultValue 1 */
export type Coalescence =
  | { readonly kind: 'none' }
  /** The tail takes this form: its id and sequence stay, everything else is the given operation's. */
  | { readonly kind: 'merged'; readonly operation: NewOperation }
  /** All vanish, and the incoming one. Taken as `none` where an operation other than those depends on the tail. */
  | { readonly kind: 'cancelled'; readonly count?: number }
  /** All vanish, and the incoming one is added. Taken as `none` likewise. */
  | { readonly kind: 'dropped'; readonly count?: number };

export type EnqueueResult =
  | { readonly ok: true; readonly receipts: readonly StorageReceipt[] }
  /** `OPERATION_ID_REUSED`: the id is in the queue with another kind or payload. Nothing was added. */
  | { readonly ok: false; readonly code: 'OPERATION_ID_REUSED' | 'QUEUE_FULL'; readonly index: number };

export type StorageReceipt =
  | {
      readonly kind: 'enqueued';
      readonly sequence: number;
      /** What holds it and goes no further by itself: the head of its lane, or one that it depends on. */
      readonly heldBy?: string;
      /** Why it is parked itself: it mentions a thing that never came to be. */
      readonly parked?: SyncFailure;
      /** The operations that left the queue for it: a dead letter, or unsent changes that it makes needless. */
      readonly superseded?: readonly string[];
    }
  /** `into`: the operation in the queue that it is part of now, where that has another id. */
  | { readonly kind: 'duplicate'; readonly into?: string }
  | {
      readonly kind: 'coalesced';
      readonly into: string;
      /** As of an enqueued one, of the operation that it joined. */
      readonly heldBy?: string;
      readonly parked?: SyncFailure;
      readonly superseded?: readonly string[];
    }
  /** `with`: the one that began what the incoming one ends. `along`: the others that vanished, in their order. */
  | {
      readonly kind: 'cancelled';
      readonly with: string;
      readonly along?: readonly string[];
      readonly superseded?: readonly string[];
    };

export interface ClaimRequest {
  readonly now: number;
  readonly limit: number;
  readonly leaseMs: number;
  /** Whose operations; everybody's when absent. */
  readonly principals?: Principals;
  /**
   * On whose behalf the claim is made. Where somebody else is signed in, the claim is empty, and {@link Claim.signedIn}
   * tells who. Absent for tools that send whoever's operations: for them it does not matter who is signed in.
   */
  readonly signedIn?: SignedIn;
  /**
   * What the caller can send; everything when absent. Other operations are passed over: they stay as they are, and hold
   * those behind them in their lanes and nobody else. However many of them stand in front, a claim receives what lies
   * behind them. It may take time in proportion to how many they are.
   */
  readonly knows?: KnownKinds;
  /** How many consecutive operations of one lane the claim may hold. @defaultValue 1 */
  readonly perEntity?: number;
}

export interface Claim {
  /** The fencing token: larger than that of every earlier claim on this queue. */
  readonly token: number;
  /** The end of the lease, `now + leaseMs`. */
  readonly leaseUntil: number;
  /**
   * In the order in which they should go; operations of one lane in lane order. Their `attempted` tells whether
   * they may have been sent before this claim.
   */
  readonly operations: readonly StoredOperation[];
  /** Who is signed in, where that is not who the claim was made for. */
  readonly signedIn?: SignedIn;
}

/**
 * What becomes of the lane of an operation that became a dead letter:
 *
 * - `hold`: it holds its lane.
 * - `skip`: it is put aside, and its lane goes on without it.
 * - `supersede`: where one of the next 100 operations of its lane has its kind and principal, and nothing depends on it,
 *   it leaves the queue, superseded by the first of these; else it holds its lane.
 */
export type AfterFailure = 'hold' | 'skip' | 'supersede';

/**
 * What happens to one operation whose attempt is over. `attempt` is appended to its history with
 * `appendAttempt`, which keeps the latest 100. `outcome` is what is kept of it in the same step; nothing where absent.
 */
export type Settlement = {
  readonly id: string;
  readonly attempt?: AttemptRecord;
  readonly outcome?: NewOutcome;
} & (
  | {
      /**
       * It leaves the queue: acknowledged, expired, given up. What waited for it may go, but for what mentions it where
       * its `outcome` is another than `acknowledged`.
       */
      readonly kind: 'remove';
      readonly assign?: IdAssignment;
      readonly version?: VersionChange;
    }
  | {
      /** It may go again at `dueAt`. With `counts`, `attempts` grows by one. */
      readonly kind: 'reschedule';
      readonly dueAt: number;
      readonly delayMs: number;
      readonly counts: boolean;
    }
  /** It may go again at once. `sent: false` vouches that it was not sent, so `attempted` is as before the claim. */
  | { readonly kind: 'release'; readonly sent: boolean }
  | {
      readonly kind: 'hold';
      readonly state: 'parked' | 'deadLetter';
      readonly failure: SyncFailure;
      /** `attempts` grows by one. */
      readonly counts: boolean;
      /** `false` vouches as in a `release`, so that what was parked unsent may still take a newer shape. */
      readonly sent?: false;
      /** Of a dead letter. @defaultValue "hold" */
      readonly afterFailure?: AfterFailure;
    }
  /** As `QueueStorage.replace`; with an id that is taken, the whole call rejects and settles nothing. */
  | { readonly kind: 'replace'; readonly operation: NewOperation }
);

/**
 * A temporary id became a permanent one. In the same step as the removal, every operation whose `references`
 * name `from` and that was never attempted is rewritten with `rewriteReferences`, and so is every one enqueued
 * later. What was attempted stays as it is, since every repeat must be the same request. A storage remembers at
 * least the latest 10,000 assignments.
 *
 * `from` alone is looked for. An operation that joined another one creates nothing, so its id is no temporary id of
 * anything: the receipt names the operation whose id is. What names it all the same waits for that operation and keeps
 * the id that it named.
 */
export interface IdAssignment {
  readonly from: string;
  readonly to: string;
}

/**
 * What the operation changed went from one version to another by this change alone. In the same step as the removal,
 * before `assign`, those of the next 100 operations of its lane, at least, that have `from` as their `baseVersion`, and
 * that were never attempted, get `to` instead: they were made on top of the same version, and
 * a device's own change is no conflict. What was attempted stays as it is, since every repeat must be the same request.
 */
export interface VersionChange {
  readonly from: string;
  readonly to: string;
}

/** `superseded`: instead of being held as a dead letter it left the queue, see {@link AfterFailure}. */
export type SettleResult = 'settled' | 'superseded' | 'stale';

export interface ListQuery {
  readonly states?: readonly OperationState[];
  readonly entity?: string;
  readonly kind?: string;
  readonly principals?: Principals;
  /** Continue behind this sequence, see {@link Page.next}. */
  readonly after?: number;
  /** @defaultValue 100 */
  readonly limit?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass as `after` for the next page; absent on the last. */
  readonly next?: number;
}

export interface StorageStats {
  /** Everything in the queue, in whatever state. */
  readonly total: number;
  readonly byState: Readonly<Record<OperationState, number>>;
  /** Counts by priority; priorities without operations are absent. */
  readonly byPriority: Readonly<Record<number, number>>;
  /** `createdAt` of the operation with the lowest sequence; absent when empty. */
  readonly oldestCreatedAt?: number;
  readonly quarantined: number;
}
