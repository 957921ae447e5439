import { ManualNetworkMonitor } from '@cpc/network';
import { MemoryQueueStorage, type QueueStorage, type StorageNotice } from '@cpc/sync-core';
import { EPOCH_MS, type WallClock } from './sim-clock.js';
import type { Device, Stage, Tab, Thing } from './cast.js';
import { SimTab } from './tab.js';

/** A phone or a laptop: one storage, one wall clock, one network, and tabs that come and go. */
export class SimDevice implements Device {
  readonly index: number;
  readonly storage: QueueStorage = new MemoryQueueStorage();
  readonly wall: WallClock;
  /** Tells what it was told, whatever is true; `undefined` where the app has none. */
  readonly monitor: ManualNetworkMonitor | undefined;
  /** The things that the person sees here. */
  readonly things: Thing[] = [];
  thingsMade = 0;
  readonly tabs: (SimTab | undefined)[];
  principal: string | undefined;
  cutUntil = 0;
  diskFullUntil = 0;
  /** How many of the next calls of the storage fail. */
  hiccups = 0;
  readonly #world: Stage;
  #generation = 0;

  constructor(world: Stage, index: number, tabs: number) {
    this.#world = world;
    this.index = index;
    const { aheadMs, monitor } = world.shape;
    this.wall = { offsetMs: EPOCH_MS + (index === 0 ? aheadMs : 0) };
    this.monitor = monitor === 'none' ? undefined : new ManualNetworkMonitor({ initial: 'offline' });
    this.tabs = Array.from({ length: tabs }, () => undefined);
  }

  wallNow(): number {
    return this.#world.scheduler.now + this.wall.offsetMs;
  }

  /** Opens a tab, unless it is open; with the code of before, where it is old. */
  open(at: number, isOld = false): void {
    if (this.tabs[at] !== undefined) return;
    const seed = this.#world.seed * 1_009 + this.index * 101 + at * 11 + ++this.#generation;
    const tab = new SimTab(this.#world, this, `d${this.index}t${at}.${this.#generation}`, seed, isOld);
    this.tabs[at] = tab;
    this.#world.referee.openedAt.set(tab.owner, this.#world.scheduler.now);
    void tab.start();
  }

  /** Kills a tab at whatever it waits for. */
  crash(at: number): boolean {
    const tab = this.tabs[at];
    if (tab === undefined) return false;
    tab.owner.isDead = true;
    this.tabs[at] = undefined;
    return true;
  }

  /** A person signs in, in one tab; the others hear of it, or find it out. Without a tab it is said by the next one. */
  signIn(principal: string | undefined): void {
    this.principal = principal;
    const tab = this.tabs.find((one) => one !== undefined);
    void tab?.signIn();
  }

  /** A hint to the other tabs, which may come late or never. */
  tellOthers(from: Tab, notice: StorageNotice = { kind: 'changed' }): void {
    const { random } = this.#world.storageFaults;
    for (const tab of this.tabs)
      if (tab !== undefined && tab !== from && random.chance(0.6))
        this.#world.scheduler.schedule(random.below(50), tab.owner, () => tab.notify(notice));
  }
}
