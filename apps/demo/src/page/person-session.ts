import type { NetworkState } from '@cpc/network';
import type { SyncContainer } from '@cpc/container';
import { isSyncError, type QueuedOperation } from '@cpc/sync-core';
import type { RecordedChange } from '../shared/api.js';
import { CHANGES, KINDS } from '../shared/operations.js';
import type { PEOPLE } from '../shared/people.js';
import type { Field } from '../shared/preferences.js';
import { NetworkSwitch } from './network-switch.js';
import { viewOf, type HeldChange, type PersonView } from './person-view.js';
import { RecordStore } from './record-store.js';
import { wirePerson } from './wire-person.js';

/** The most waiting changes that the page lists. */
const LISTED = 200;

/** One person at work: the queue, the record, the network switch, and what the panel shows of them. */
export class PersonSession {
  readonly person: (typeof PEOPLE)[number];
  readonly #network: NetworkSwitch;
  readonly #records: RecordStore;
  readonly #sync: SyncContainer;
  readonly #listeners = new Set<() => void>();
  #held: readonly HeldChange[] = [];
  #problem: string | undefined;
  #release: readonly (() => void)[] = [];

  constructor(person: (typeof PEOPLE)[number]) {
    this.person = person;
    this.#network = new NetworkSwitch(`market-day.network.${person.id}`);
    this.#records = new RecordStore(person.id, this.#network);
    this.#sync = wirePerson(person.id, this.#network);
  }

  get view(): PersonView {
    return viewOf(this.#records.record, this.#held);
  }

  get network(): NetworkState {
    return this.#sync.monitor?.status.state ?? 'unknown';
  }

  /** Whether the cable of this person is plugged in. */
  get isConnected(): boolean {
    return this.#network.isOn;
  }

  /** What went wrong on this device itself, in words; a bad network is not a problem. */
  get problem(): string | undefined {
    return this.#problem;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    await this.#guard(async () => {
      const { queue, monitor } = this.#sync;
      const events = queue.events$.subscribe((event) => {
        if (event.type === 'acknowledged') this.#records.add(event.result as RecordedChange);
        void this.#guard(() => this.#readHeld());
      });
      const stopFollowing = this.#network.follow(window);
      const stopListening = monitor?.register(({ state }) => {
        this.#tell();
        if (state !== 'offline') void this.refresh();
      });
      this.#release = [() => events.unsubscribe(), stopFollowing, stopListening ?? (() => undefined)];
      await this.#sync.start();
      await this.#readHeld();
    });
  }

  async close(): Promise<void> {
    for (const release of this.#release) release();
    this.#release = [];
    await this.#sync.close();
  }

  connect(isOn: boolean): void {
    this.#network.set(isOn);
    this.#tell();
  }

  async change(field: Field, value: string): Promise<void> {
    await this.#guard(async () => {
      await this.#sync.queue.enqueue<unknown, unknown>(CHANGES[field].kind, { [field]: value });
    });
  }

  async refresh(): Promise<void> {
    if (await this.#records.refresh()) this.#tell();
  }

  async #readHeld(): Promise<void> {
    const { items } = await this.#sync.queue.list({ limit: LISTED });
    this.#held = items.flatMap(heldOf);
    this.#tell();
  }

  /** A failure of this device's storage is shown, not thrown: the person must know, and the page goes on. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#problem = undefined;
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      const code = isSyncError(error) ? ` (${error.code})` : '';
      this.#problem = `This device cannot keep changes at the moment${code}: ${words}`;
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function heldOf({ id, kind, payload, createdAt, state, failure }: QueuedOperation): readonly HeldChange[] {
  const field = KINDS[kind];
  if (field === undefined) return [];
  const value = (payload as Readonly<Record<string, string>>)[field] ?? '';
  const held: HeldChange = { id, field, value, madeAt: createdAt, state: placeOf(state) };
  return [failure === undefined ? held : { ...held, reason: failure.message }];
}

function placeOf(state: QueuedOperation['state']): HeldChange['state'] {
  switch (state) {
    case 'leased':
      return 'sending';
    case 'deadLetter':
    case 'parked':
      return 'refused';
    case 'waiting':
    case 'scheduled':
    case 'blocked':
      return 'waiting';
  }
}
