import type { EnqueueItem } from '@cpc/sync-core';
import type { SimDevice } from './device.js';
import { NEW_KIND } from './operations.js';
import type { PlannedChange, PlannedEvent } from './plan.js';
import type { SimulatedWorld } from './simulated-world.js';
import type { SimTab } from './tab.js';
import { changesToThings } from './things.js';

/** The users and the bad day: does what was planned. */
export class Actors {
  readonly #world: SimulatedWorld;
  #lastNumber = 0;
  readonly #lastId = new Map<SimDevice, string>();

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  perform(event: PlannedEvent): void {
    const { scheduler, referee } = this.#world;
    const device = this.#world.devices[event.device];
    if (device === undefined) return;
    switch (event.kind) {
      case 'enqueue': {
        this.#enqueue(device, event.tab, event.changes);
        return;
      }
      case 'crash':
        if (device.crash(event.tab)) this.#world.fault(`d${device.index}t${event.tab} crashes`);
        return;
      case 'restart': {
        device.open(event.tab, event.isOld && this.#world.options.operations === undefined);
        return;
      }
      case 'freeze': {
        const tab = device.tabs[event.tab];
        if (tab === undefined) return;
        this.#world.fault(`frozen for ${event.forMs} ms`, tab);
        tab.owner.frozenUntil = scheduler.now + event.forMs;
        referee.disturbedAt.set(tab.owner, tab.owner.frozenUntil);
        return;
      }
      case 'partition':
        this.#world.fault(`d${device.index} is cut off for ${event.forMs} ms`);
        device.cutUntil = scheduler.now + event.forMs;
        return;
      case 'later':
        this.#world.fault(`the server asks everybody to wait for ${event.forMs} ms`);
        this.#world.laterUntil = scheduler.now + event.forMs;
        return;
      case 'oldServer':
        this.#world.fault(`an older server answers for ${event.forMs} ms`);
        this.#world.oldServerUntil = scheduler.now + event.forMs;
        return;
      case 'diskFull':
        this.#world.fault(`the disk of d${device.index} is full for ${event.forMs} ms`);
        device.diskFullUntil = scheduler.now + event.forMs;
        return;
      case 'hiccups':
        device.hiccups += event.times;
        return;
      case 'clockJump':
        this.#world.fault(`the clock of d${device.index} jumps by ${event.byMs} ms`);
        device.wall.offsetMs += event.byMs;
        (event.byMs < 0 ? referee.disturbedAt : referee.leaptAt).set(device.index, scheduler.now);
        return;
      case 'signIn': {
        device.signIn(event.principal);
        return;
      }
      case 'retryDead':
      case 'discardDead':
        void this.#dead(device, event.kind);
        return;
      case 'thing': {
        this.#enqueue(device, event.tab, changesToThings(device, event));
        return;
      }
      case 'look':
        void this.#look(device, event.tab);
        return;
      case 'hint':
        device.monitor?.set(event.state);
    }
  }

  /** Retries or discards every dead letter, as a user who sees the list. */
  async #dead(device: SimDevice, kind: 'retryDead' | 'discardDead'): Promise<void> {
    const queue = device.tabs.find((tab) => tab !== undefined)?.queue;
    if (queue === undefined) return;
    try {
      if (kind === 'retryDead') await queue.retryAll();
      else for (const { id } of (await queue.list({ states: ['deadLetter'] })).items) await queue.discard(id);
    } catch {
      // The storage failed; the user tries another day.
    }
  }

  /** Shows the queue to whoever is signed in, and asks for what is not theirs. */
  async #look(device: SimDevice, at: number): Promise<void> {
    const queue = device.tabs[at]?.queue;
    if (queue === undefined) return;
    try {
      const { principal } = queue;
      const { items } = await queue.list();
      const all = await device.storage.list({ limit: 1_000 });
      const foreign = all.items.find((one) => one.principal !== principal);
      const found = foreign && (await queue.get(foreign.id));
      // Whoever came meanwhile is shown what is theirs.
      if (queue.principal === principal)
        this.#world.witness.shown(principal, found === undefined ? items : [...items, found]);
    } catch {
      // The storage failed; nothing was shown.
    }
  }

  #enqueue(device: SimDevice, at: number, changes: readonly PlannedChange[]): void {
    const tab = device.tabs[at] ?? device.tabs.find((other) => other !== undefined);
    if (tab === undefined || changes.length === 0) return;
    // Code of before enters what it knows.
    const known = changes.map((one) => (tab.isOld && one.kind === NEW_KIND ? { ...one, kind: 'edit' } : one));
    const items = known.map((change) => this.#item(device, tab, change));
    void this.#keepTrying(tab, items);
  }

  #item(device: SimDevice, tab: SimTab, change: PlannedChange): EnqueueItem {
    const { fate } = change;
    const now = tab.clock.now();
    const payload = change.payload ?? { fate, number: this.#lastNumber + 1 };
    const entity = this.#entityOf(change, payload);
    const id = change.id ?? `${tab.name}#${++this.#lastNumber}`;
    const previous = this.#lastId.get(device);
    const baseVersion = entity === undefined || !change.guarded ? undefined : this.#world.versionOf(entity);
    this.#lastId.set(device, id);
    const dependsOn = change.depends && previous !== undefined ? [previous] : [];
    const named = change.namesNext ? [`${tab.name}#${this.#lastNumber + 1}`] : [];
    this.#world.referee.intended(id, { entity, dependsOn });
    return {
      operation: change.kind,
      payload,
      id,
      ...(change.payload === undefined && { priority: change.priority }),
      ...(entity !== undefined && { entity }),
      dependsOn: [...dependsOn, ...named],
      ...(change.delayMs > 0 && { scheduledAt: now + change.delayMs }),
      ...(change.expiresInMs !== undefined && { expiresAt: now + change.delayMs + change.expiresInMs }),
      ...(baseVersion !== undefined && { baseVersion }),
    };
  }

  /** The lane of a change: a caller's kind says so itself, where its schema does not make something else of it. */
  #entityOf({ kind, entity }: PlannedChange, payload: unknown): string | undefined {
    const own = this.#world.definitions.find((definition) => definition.kind === kind);
    return own?.entity === undefined || own.schema !== undefined ? entity : own.entity(payload);
  }

  /** An app that means it: after a failure of the storage it repeats the call with the same ids. */
  async #keepTrying(tab: SimTab, items: readonly EnqueueItem[]): Promise<void> {
    const { scheduler, referee } = this.#world;
    for (let attempt = 0; attempt < 50; attempt++) {
      try {
        const receipts = await tab.queue.enqueueAll(items);
        for (const [at, receipt] of receipts.entries()) referee.promised(items[at]?.id ?? '', receipt.into);
        this.#world.trace(tab, () => `enqueued ${items.map(({ id }) => id).join(' ')}`);
        return;
      } catch {
        // Whatever became of it meanwhile, the storage knows: repeating the call is safe.
        await scheduler.pause(1_000, tab.owner);
      }
    }
  }
}
