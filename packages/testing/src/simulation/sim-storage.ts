import {
  type Claim,
  type ClaimRequest,
  type EnqueueResult,
  type EnqueueRules,
  type ListQuery,
  type NewOperation,
  type OutcomePage,
  type OutcomeQuery,
  type OutcomeRecord,
  type Page,
  type NextDueRequest,
  type QuarantinedRecord,
  type QueueStorage,
  type RereadResult,
  type Settlement,
  type SettleResult,
  type SignedIn,
  type SignInResult,
  type StorageNotice,
  type StorageStats,
  type StorageSupports,
  type StoredOperation,
  SyncError,
} from '@cpc/sync-core';
import type { Tab } from './cast.js';

/**
 * One tab's handle on its device's storage. Every call takes time before and after its effect, so that a crash can
 * come between; and every call may fail, before its effect or after it.
 */
export class SimStorage implements QueueStorage {
  readonly supports: StorageSupports = {
    durable: true,
    concurrentClaims: true,
    sharing: true,
    quarantine: false,
  };
  readonly notices = {
    subscribe: (next: (notice: StorageNotice) => void) => {
      this.#listeners.add(next);
      return { unsubscribe: () => void this.#listeners.delete(next) };
    },
  };
  readonly #listeners = new Set<(notice: StorageNotice) => void>();
  readonly #tab: Tab;

  constructor(tab: Tab) {
    this.#tab = tab;
  }

  get #real(): QueueStorage {
    return this.#tab.device.storage;
  }

  notify(notice: StorageNotice): void {
    for (const next of this.#listeners) next(notice);
  }

  open(): Promise<void> {
    return this.#call('open', false, () => Promise.resolve());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  enqueue(
    batches: readonly (readonly NewOperation[])[],
    rules?: EnqueueRules,
  ): Promise<readonly EnqueueResult[]> {
    const { device, world } = this.#tab;
    return this.#call('enqueue', true, async () => {
      const results = await this.#real.enqueue(batches, rules);
      for (const [index, result] of results.entries()) {
        if (!result.ok) continue;
        for (const [at, receipt] of result.receipts.entries()) {
          const operation = batches[index]?.[at];
          if (operation === undefined) continue;
          if ('superseded' in receipt)
            for (const id of receipt.superseded ?? []) world.referee.superseded(id);
          if (receipt.kind === 'enqueued') {
            world.referee.stored(device.index, operation, receipt.sequence);
            const leaptAt = world.referee.leaptAt.get(device.index) ?? -1;
            world.witness.stored(
              this.#tab.owner,
              operation,
              world.scheduler.now,
              world.server.now(),
              leaptAt,
            );
          } else if (receipt.kind === 'coalesced') world.referee.joined(operation, receipt.into);
          else if (receipt.kind === 'cancelled')
            for (const id of [receipt.with, ...(receipt.along ?? [])])
              world.referee.cancelled(operation.id, id);
          if (receipt.kind === 'cancelled') world.witness.threwAway(operation.entity);
        }
      }
      device.tellOthers(this.#tab);
      return results;
    });
  }

  claim(request: ClaimRequest): Promise<Claim> {
    const { device, world } = this.#tab;
    return this.#call('claim', true, async () => {
      const claim = await this.#real.claim(request);
      // A claim that brings nothing lets leases lapse all the same.
      const items = claim.operations.length > 0 ? (await this.#real.list({ limit: 1_000 })).items : [];
      world.witness.claimed(claim);
      world.referee.claimed(this.#tab.owner, device.index, device.wallNow(), request, claim, items);
      return claim;
    });
  }

  renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.#call('renew', true, async () => {
      const held = await this.#real.renew(token, ids, leaseUntil, leaseMs);
      this.#tab.world.referee.renewed(held, leaseUntil);
      return held;
    });
  }

  settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    return this.#call('settle', true, async () => {
      const results = await this.#real.settle(token, settlements);
      const { referee, witness } = this.#tab.world;
      for (const [at, settlement] of settlements.entries())
        if (results[at] !== 'stale') {
          referee.settled(this.#tab.owner, settlement);
          if (settlement.kind === 'remove') witness.delivered(settlement.id);
        }
      for (const [at, { id }] of settlements.entries())
        if (results[at] === 'superseded') referee.superseded(id);
      this.#tab.device.tellOthers(this.#tab);
      return results;
    });
  }

  nextDue(request: NextDueRequest): Promise<number | undefined> {
    return this.#call('nextDue', false, () => this.#real.nextDue(request));
  }

  clampTimes(now: number, aheadMs = 0): Promise<void> {
    const { world, device } = this.#tab;
    return this.#call('clampTimes', true, async () => {
      await this.#real.clampTimes(now, aheadMs);
      world.referee.clamped(device.index, now, device.wallNow(), aheadMs);
    });
  }

  get(id: string): Promise<StoredOperation | undefined> {
    return this.#call('get', false, () => this.#real.get(id));
  }

  blockersOf(id: string): Promise<readonly string[]> {
    return this.#call('blockersOf', false, () => this.#real.blockersOf(id));
  }

  followersOf(id: string, limit?: number): Promise<readonly StoredOperation[]> {
    return this.#call('followersOf', false, () => this.#real.followersOf(id, limit));
  }

  outcomes(query?: OutcomeQuery): Promise<OutcomePage> {
    return this.#call('outcomes', false, () => this.#real.outcomes(query));
  }

  outcomeOf(id: string): Promise<OutcomeRecord | undefined> {
    return this.#call('outcomeOf', false, () => this.#real.outcomeOf(id));
  }

  list(query?: ListQuery): Promise<Page<StoredOperation>> {
    return this.#call('list', false, () => this.#real.list(query));
  }

  stats(): Promise<StorageStats> {
    return this.#call('stats', false, () => this.#real.stats());
  }

  requeue(...args: Parameters<QueueStorage['requeue']>): Promise<readonly string[]> {
    return this.#call('requeue', true, () => this.#real.requeue(...args));
  }

  discard(...args: Parameters<QueueStorage['discard']>): Promise<readonly StoredOperation[]> {
    return this.#call('discard', true, async () => {
      const gone = await this.#real.discard(...args);
      for (const { id } of gone) this.#tab.world.referee.discarded(id);
      return gone;
    });
  }

  replace(...args: Parameters<QueueStorage['replace']>): Promise<boolean> {
    return this.#call('replace', true, () => this.#real.replace(...args));
  }

  restore(operations: readonly StoredOperation[]): Promise<readonly string[]> {
    return this.#call('restore', true, () => this.#real.restore(operations));
  }

  signIn(...args: Parameters<QueueStorage['signIn']>): Promise<SignInResult> {
    return this.#call('signIn', true, async () => {
      const result = await this.#real.signIn(...args);
      this.#tab.world.referee.adopted(result.adopted, args[0]);
      this.#tab.device.tellOthers(this.#tab, { kind: 'signedIn' });
      return result;
    });
  }

  signedIn(): Promise<SignedIn> {
    return this.#call('signedIn', false, () => this.#real.signedIn());
  }

  quarantined(query?: {
    readonly after?: number;
    readonly limit?: number;
  }): Promise<Page<QuarantinedRecord>> {
    return this.#call('quarantined', false, () => this.#real.quarantined(query));
  }

  rereadQuarantined(): Promise<RereadResult> {
    return this.#call('rereadQuarantined', true, () => this.#real.rereadQuarantined());
  }

  async #call<T>(name: string, writes: boolean, effect: () => Promise<T>): Promise<T> {
    const { world, device, owner } = this.#tab;
    const { random, rates } = world.storageFaults;
    const isSlow = random.chance(rates.storageSlow);
    const slowMs = isSlow ? random.below(30_000) : 0;
    if (isSlow) world.fault(`slow ${name}`, this.#tab);
    await world.scheduler.pause(random.below(8) + slowMs, owner);
    if (writes && device.diskFullUntil > world.scheduler.now) {
      world.fault(`disk full at ${name}`, this.#tab);
      throw new SyncError('STORAGE_FULL', 'The simulated disk is full.');
    }
    if (random.chance(rates.storageFails) || device.hiccups > 0) {
      device.hiccups = Math.max(0, device.hiccups - 1);
      world.fault(`${name} fails`, this.#tab);
      throw new SyncError('STORAGE_FAILED', 'A simulated fault before the effect.');
    }
    const result = await effect();
    world.trace(this.#tab, () => name);
    await world.scheduler.pause(random.below(8), owner);
    if (writes && random.chance(rates.storageFailsAfter)) {
      world.fault(`${name} fails after its effect`, this.#tab);
      throw new SyncError('STORAGE_FAILED', 'A simulated fault after the effect.');
    }
    return result;
  }
}
