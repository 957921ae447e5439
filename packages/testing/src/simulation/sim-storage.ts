import {
  type Claim,
  type ClaimRequest,
  type EnqueueResult,
  type EnqueueRules,
  type NewOperation,
  type QueueStorage,
  type Settlement,
  type SettleResult,
  type SignInResult,
  type StorageNotice,
  type StorageSupports,
  type StoredOperation,
  SyncError,
} from '@cpc/sync-core';
import { InterposedStorage } from '../storage/interposed-storage.js';
import { isChange, type StorageMethod } from '../storage/storage-methods.js';
import type { Tab } from './tab.js';

/**
 * One tab's handle on its device's storage. Every call takes time before and after its effect, so that a crash can
 * come between; and every call may fail, before its effect or after it.
 */
export class SimStorage extends InterposedStorage {
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
    super();
    this.#tab = tab;
  }

  protected get real(): QueueStorage {
    return this.#tab.device.storage;
  }

  notify(notice: StorageNotice): void {
    for (const next of this.#listeners) next(notice);
  }

  override open(): Promise<void> {
    return this.around('open', () => Promise.resolve());
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  override enqueue(
    batches: readonly (readonly NewOperation[])[],
    rules?: EnqueueRules,
  ): Promise<readonly EnqueueResult[]> {
    const { device, world } = this.#tab;
    return this.around('enqueue', async () => {
      const results = await this.real.enqueue(batches, rules);
      for (const [index, result] of results.entries()) {
        if (!result.ok) continue;
        for (const [at, receipt] of result.receipts.entries()) {
          const operation = batches[index]?.[at];
          if (operation === undefined) continue;
          if (receipt.kind === 'enqueued') world.referee.stored(device.index, operation, receipt.sequence);
          else if (receipt.kind === 'coalesced') world.referee.joined(operation, receipt.into);
          else if (receipt.kind === 'cancelled') world.referee.cancelled(operation.id, receipt.with);
        }
      }
      device.tellOthers(this.#tab);
      return results;
    });
  }

  override claim(request: ClaimRequest): Promise<Claim> {
    const { device, world } = this.#tab;
    return this.around('claim', async () => {
      const claim = await this.real.claim(request);
      // A claim that brings nothing lets leases lapse all the same.
      const items = claim.operations.length > 0 ? (await this.real.list({ limit: 1_000 })).items : [];
      world.referee.claimed(this.#tab.owner, device.index, device.wallNow(), request, claim, items);
      return claim;
    });
  }

  override renew(
    token: number,
    ids: readonly string[],
    leaseUntil: number,
    leaseMs: number,
  ): Promise<readonly string[]> {
    return this.around('renew', async () => {
      const held = await this.real.renew(token, ids, leaseUntil, leaseMs);
      this.#tab.world.referee.renewed(held, leaseUntil);
      return held;
    });
  }

  override settle(token: number, settlements: readonly Settlement[]): Promise<readonly SettleResult[]> {
    return this.around('settle', async () => {
      const results = await this.real.settle(token, settlements);
      for (const [at, settlement] of settlements.entries())
        if (results[at] === 'settled') this.#tab.world.referee.settled(this.#tab.owner, settlement);
      this.#tab.device.tellOthers(this.#tab);
      return results;
    });
  }

  override clampTimes(now: number): Promise<void> {
    const { world, device } = this.#tab;
    return this.around('clampTimes', async () => {
      await this.real.clampTimes(now);
      world.referee.clamped(device.index, now, device.wallNow());
    });
  }

  override discard(ids: readonly string[]): Promise<readonly StoredOperation[]> {
    return this.around('discard', async () => {
      const gone = await this.real.discard(ids);
      for (const { id } of gone) this.#tab.world.referee.discarded(id);
      return gone;
    });
  }

  override signIn(...args: Parameters<QueueStorage['signIn']>): Promise<SignInResult> {
    return this.around('signIn', async () => {
      const result = await this.real.signIn(...args);
      this.#tab.world.referee.adopted(result.adopted, args[0]);
      this.#tab.device.tellOthers(this.#tab, { kind: 'signedIn' });
      return result;
    });
  }

  protected async around<T>(name: StorageMethod, effect: () => Promise<T>): Promise<T> {
    const writes = isChange(name);
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
