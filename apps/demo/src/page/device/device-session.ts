import type { NetworkState } from '@cpc/network';
import type { SyncContainer } from '@cpc/container';
import {
  fieldMerge,
  isSyncError,
  type QueuedOperation,
  type SyncEvent,
  type SyncQueue,
} from '@cpc/sync-core';
import type { Currency, Item } from '../../shared/goods.js';
import {
  changeOrder,
  countVisit,
  type CurrencyChoice,
  type Order,
  placeOrder,
  setCurrency,
  takePayment,
} from '../../shared/operations.js';
import { isPersonId, type PersonId } from '../../shared/people.js';
import { DeviceNetwork } from './device-network.js';
import {
  type Clash,
  type DeviceView,
  type Held,
  type OrderView,
  viewOf,
  withOperation,
} from './device-view.js';
import { type DeviceId, DEVICES } from './devices.js';
import type { ExchangeLog } from './exchange-log.js';
import { MarketStore } from './market-store.js';
import { wireDevice } from './wire-device.js';

/** The kinds that the page shows one by one; visits are counted. */
const SHOWN = [placeOrder.kind, changeOrder.kind, takePayment.kind, setCurrency.kind];
/** The most waiting operations of a kind that the page lists. */
const LISTED = 100;
/** Time between two looks into the queue, in milliseconds. */
const LOOK_MS = 120;
const LOAD_AT_ONCE = 500;

/** One device at work: its queue, its copy of the market, its network, and what its panel shows of them. */
export class DeviceSession {
  readonly id: DeviceId;
  readonly network: DeviceNetwork;
  readonly sync: SyncContainer;
  readonly #listeners = new Set<() => void>();
  #person: PersonId;
  #store: MarketStore;
  #held: readonly Held[] = [];
  #total = 0;
  readonly #problems = new Map<'act' | 'look', string>();
  #isLooking = false;
  /** Something happened since the last look. */
  #isStale = false;
  #release: readonly (() => void)[] = [];
  /** The queue is open: what a person asks for before waits for it. */
  #started: Promise<void> = Promise.resolve();

  constructor(id: DeviceId, log: ExchangeLog) {
    this.id = id;
    this.network = new DeviceNetwork(id, log);
    this.sync = wireDevice(id, this.network);
    const [first] = DEVICES[id].people;
    const kept = localStorage.getItem(`market-day.person.${id}`) ?? '';
    this.#person = isPersonId(kept) ? kept : first;
    this.#store = new MarketStore(id, this.#person, this.network.cable);
  }

  get queue(): SyncQueue {
    return this.sync.queue;
  }

  get person(): PersonId {
    return this.#person;
  }

  get view(): DeviceView {
    return viewOf(this.#store.copy, this.#held, this.#person);
  }

  get status(): NetworkState {
    return this.sync.monitor?.status.state ?? 'unknown';
  }

  /** Everything in the queue, visits included. */
  get total(): number {
    return this.#total;
  }

  /** How much waits for another person to sign in. */
  get ofOthers(): number {
    return this.#held.filter(({ principal }) => principal !== this.#person).length;
  }

  /** What went wrong on this device itself, in words; a bad network is not a problem. */
  get problem(): string | undefined {
    return this.#problems.get('act') ?? this.#problems.get('look');
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): Promise<void> {
    this.#started = this.#guard('act', async () => {
      await this.queue.signIn(this.#person);
      const events = this.queue.allEvents$.subscribe((event) => this.#hear(event));
      const stopFollowing = this.network.cable.follow(window);
      const stopListening = this.sync.monitor?.register(({ state }) => {
        this.#tell();
        if (state !== 'offline') void this.refresh();
      });
      this.#release = [() => events.unsubscribe(), stopFollowing, stopListening ?? (() => undefined)];
      await this.sync.start();
      await this.#look();
    });
    return this.#started;
  }

  async close(): Promise<void> {
    for (const release of this.#release) release();
    this.#release = [];
    await this.sync.close();
  }

  connect(isOn: boolean): void {
    this.network.cable.set(isOn);
    this.#tell();
  }

  /** Another person takes the device. What the first one left stays in the queue, unsent. */
  signIn(person: PersonId): void {
    this.#person = person;
    localStorage.setItem(`market-day.person.${this.id}`, person);
    this.#store = new MarketStore(this.id, person, this.network.cable);
    void this.#act(() => this.queue.signIn(person));
    void this.refresh();
  }

  place(item: Item, quantity: number, note = ''): Promise<void> {
    const order: Order = { order: crypto.randomUUID(), item, quantity, note };
    return this.#act(() => this.queue.enqueue(placeOrder, order));
  }

  /** The base and its version go along, so that server and resolver can tell who changed what. */
  change(shown: OrderView, change: Partial<Pick<Order, 'item' | 'quantity' | 'note'>>): Promise<void> {
    const payload = { ...contentOf(shown), ...change };
    const known = this.#store.copy.orders.find(({ order }) => order === shown.order);
    const seen = known === undefined ? {} : { base: contentOf(known), baseVersion: known.version };
    return this.#act(() => this.queue.enqueue(changeOrder, payload, seen));
  }

  pay({ order }: OrderView): Promise<void> {
    const currency = this.view.currency.value;
    return this.#act(() => this.queue.enqueue(takePayment, { order, currency }));
  }

  choose(currency: Currency): Promise<void> {
    return this.#act(() => this.queue.enqueue(setCurrency, { currency }));
  }

  /** A person's word on a clash: the quantity is theirs to say, everything else merges by field. */
  decide(clash: Clash, quantity: number): Promise<void> {
    return this.#act(async () => {
      const operation = await this.queue.get(clash.operation);
      if (operation === undefined) return;
      const { mine: local, theirs, base } = clash;
      const { signal } = new AbortController();
      const conflict = { operation, local, remote: { value: theirs }, base, round: operation.conflictRounds };
      const merged = await fieldMerge({ payload: 'record', onClash: 'local' }).resolve(conflict, { signal });
      const value = merged.kind === 'merge' ? (merged.value as Order) : local;
      await this.queue.resolve(clash.operation, { kind: 'merge', value: { ...value, quantity } });
    });
  }

  /** Mends what the server refused, and sends it again. */
  correct(operation: string, order: Order): Promise<void> {
    return this.#act(() => this.queue.edit(operation, contentOf(order)));
  }

  discard(operation: string): Promise<void> {
    return this.#act(() => this.queue.discard(operation));
  }

  /** Counts so many visits. */
  async loadVisits(count: number): Promise<void> {
    await this.#started;
    for (let from = 0; from < count; from += LOAD_AT_ONCE) {
      const size = Math.min(LOAD_AT_ONCE, count - from);
      const items = Array.from({ length: size }, (_, n) => ({
        operation: countVisit,
        payload: { n: from + n },
      }));
      await this.#guard('act', () => this.queue.enqueueAll(items));
    }
  }

  async refresh(): Promise<void> {
    if (await this.#store.refresh()) this.#tell();
  }

  #hear(event: SyncEvent): void {
    if (event.type === 'acknowledged' && event.kind !== countVisit.kind) this.#note(event);
    if (event.type === 'conflict') void this.refresh();
    this.#isStale = true;
    if (!this.#isLooking) void this.#follow();
  }

  /** Looks into the queue for as long as something happens there, a few times a second at the most. */
  async #follow(): Promise<void> {
    this.#isLooking = true;
    while (this.#isStale) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      await this.#look();
    }
    this.#isLooking = false;
  }

  async #look(): Promise<void> {
    this.#isStale = false;
    await this.#guard('look', async () => {
      const pages = await Promise.all(
        SHOWN.map((kind) => this.queue.list({ kind, limit: LISTED, principals: 'all' })),
      );
      const items = pages.flatMap((page) => page.items);
      this.#held = items.sort((a, b) => a.sequence - b.sequence).map(heldOf);
      this.#total = (await this.queue.stats()).total;
    });
  }

  /** Puts what was acknowledged into the copy, so that it does not vanish until the next refresh. */
  #note({ id, version }: Extract<SyncEvent, { type: 'acknowledged' }>): void {
    const operation = this.#held.find((held) => held.id === id);
    if (operation === undefined || operation.principal !== this.#person) {
      void this.refresh();
    } else if (operation.kind === setCurrency.kind) {
      this.#store.setCurrency((operation.payload as CurrencyChoice).currency);
    } else {
      this.#noteOrder({ ...operation, state: 'leased', failure: undefined }, version);
    }
  }

  #noteOrder(operation: Held, version: string | undefined): void {
    const { order } = operation.payload as Order;
    const known = this.#store.copy.orders.find((other) => other.order === order);
    const before = known && { ...known, place: 'server' as const };
    const after = withOperation(before, operation, this.#person);
    if (after === undefined) return;
    const { place, clash, refusal, ...record } = after;
    this.#store.put({ ...record, version: version ?? record.version });
  }

  /** Does what a person asked for, and shows it. */
  async #act(work: () => Promise<unknown>): Promise<void> {
    await this.#started;
    await this.#guard('act', work);
    await this.#look();
  }

  /** A failure of this device's storage is shown, not thrown: the person must know, and the page goes on. */
  async #guard(what: 'act' | 'look', work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#problems.delete(what);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      this.#problems.set(what, isSyncError(error) ? `${error.code}: ${words}` : words);
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const contentOf = ({ order, item, quantity, note }: Order): Order => ({ order, item, quantity, note });

/** A plain copy: an operation of the queue reads its payload late, which a spread would lose. */
function heldOf({ id, kind, payload, state, failure, base, principal }: QueuedOperation): Held {
  return { id, kind, payload, state, failure, base, principal };
}
