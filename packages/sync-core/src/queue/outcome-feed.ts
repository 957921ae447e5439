import type { Clock, TimerHandle } from '../ports/clock.js';
import type { OutcomeKind, OutcomeRecord } from '../ports/outcome-record.js';
import type { QueueStorage } from '../ports/queue-storage.js';
import type { EventHub } from './event-hub.js';
import { eventOfOutcome, heldEvents } from './outcome-events.js';

export interface OutcomeFeedParts {
  readonly storage: QueueStorage;
  readonly hub: EventHub;
  readonly clock: Clock;
  /**
   * How often to look, while somebody listens, where other instances may have the same queue open. After a time in which
   * nothing happened it is a tenth of that time, and no more than {@link MAX_POLL_MS}.
   */
  readonly pollMs: number;
}

/** Something that this instance did to an operation, and how to tell it. */
export interface OwnDeed {
  readonly id: string;
  /** How it stands among the outcomes; absent where nothing is kept of it. */
  readonly outcome?: OutcomeKind | undefined;
  /** @param record - the outcome as it is kept, where it was read */
  readonly tell: (record?: OutcomeRecord) => void;
}

/** A deed that is told when, or was told before, its outcome is read. */
interface Expected {
  readonly tell?: ((record: OutcomeRecord) => void) | undefined;
  /** The reading that began last when it was written down. */
  readonly since: number;
}

const PAGE = 200;

/** A queue in which nothing happens wakes a phone no more often than a worker does. */
const MAX_POLL_MS = 30_000;

/** So many deeds that were told at once wait for their outcomes to be read, before that is done for their sake. */
const MAX_TOLD = 1000;

/**
 * Tells the listeners of this instance what became of operations, whoever made it so: it reads the outcomes that the
 * storage keeps, from where it was when the first listener came, each once and in order. What this instance did itself
 * is told with all that is known of it here, at the place where its outcome stands.
 *
 * Nobody listens: nothing is read, and whoever begins to listen hears of what happens from then on.
 */
export class OutcomeFeed {
  readonly #parts: OutcomeFeedParts;
  readonly #expected = new Map<string, Expected>();
  /** The last outcome that was told, or need not be; `undefined` while that is not known. */
  #position: number | undefined;
  /** The latest reading; those that come wait for it. */
  #reading: Promise<void> = Promise.resolve();
  /** The reading that has not begun yet. */
  #next: Promise<void> | undefined;
  #readings = 0;
  #isOpen = false;
  #isFailing = false;
  /** When something last happened here, or was read of others, in monotonic milliseconds. */
  #activeAt = 0;
  #timer: TimerHandle | undefined;

  constructor(parts: OutcomeFeedParts) {
    this.#parts = parts;
    parts.hub.onHeard = (isHeard) => (isHeard ? this.#begin() : this.#end());
  }

  /** The storage is open. Idempotent. */
  async open(): Promise<void> {
    this.#isOpen = true;
    this.#begin();
    await this.#reading;
  }

  /** Before the storage closes. Idempotent. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#end();
    await this.#reading;
  }

  /** Tells what others did and was not told yet. Resolves when all is told that was kept before the call. */
  catchUp(): Promise<void> {
    if (!this.#isListening) return Promise.resolve();
    this.#next ??= this.#reading.then(() => {
      this.#next = undefined;
      return this.#read();
    });
    this.#reading = this.#next;
    return this.#next;
  }

  /** Tells what this instance did in one step, once it is durable, each deed at its place among the outcomes of all. */
  async tell(deeds: readonly OwnDeed[]): Promise<void> {
    if (!this.#isListening) {
      for (const { tell } of deeds) tell();
      return;
    }
    let told = 0;
    const tellUpTo = (end: number): void => {
      while (told < end) deeds[told++]?.tell();
    };
    for (const [at, { id, outcome, tell }] of deeds.entries()) {
      if (outcome === undefined) continue;
      this.#expect(id, outcome, (record) => {
        tellUpTo(at);
        if (told === at) tell(record);
        told = Math.max(told, at + 1);
      });
    }
    await this.catchUp();
    tellUpTo(deeds.length);
  }

  /** Something began here, of which another instance may soon bring the end. */
  stir(): void {
    const { clock, pollMs } = this.#parts;
    const quietMs = clock.monotonicMs() - this.#activeAt;
    this.#activeAt += quietMs;
    if (this.#timer === undefined || quietMs <= 10 * pollMs) return;
    clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#poll();
  }

  /** What this instance did is told already, so that it is passed over among the outcomes. */
  passOver(id: string, outcome: OutcomeKind): void {
    if (!this.#isListening) return;
    this.#expect(id, outcome);
    if (this.#expected.size > MAX_TOLD) void this.catchUp();
  }

  get #isListening(): boolean {
    return this.#isOpen && this.#parts.hub.isHeard;
  }

  #expect(id: string, outcome: OutcomeKind, tell?: (record: OutcomeRecord) => void): void {
    this.#expected.set(`${outcome} ${id}`, { tell, since: this.#readings });
  }

  /** Somebody listens from now on. */
  #begin(): void {
    if (!this.#isListening || this.#position !== undefined) return;
    this.#activeAt = this.#parts.clock.monotonicMs();
    void this.catchUp();
    this.#poll();
  }

  #end(): void {
    this.#position = undefined;
    this.#expected.clear();
    if (this.#timer !== undefined) this.#parts.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #poll(): void {
    const { storage, clock, pollMs } = this.#parts;
    if (!storage.supports.sharing || this.#timer !== undefined) return;
    const quietMs = clock.monotonicMs() - this.#activeAt;
    const waitMs = Math.max(pollMs, Math.min(quietMs / 10, MAX_POLL_MS));
    this.#timer = clock.setTimer(() => {
      this.#timer = undefined;
      if (!this.#isListening) return;
      void this.catchUp();
      this.#poll();
    }, waitMs);
  }

  /** Rejects never: what fails is told once, until it succeeds again. */
  async #read(): Promise<void> {
    const reading = ++this.#readings;
    try {
      if (this.#position === undefined) this.#position = await this.#lastOutcome();
      else await this.#readOn();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isListening || this.#isFailing) return;
      this.#isFailing = true;
      this.#parts.hub.fail(error, 'STORAGE_FAILED');
      return;
    }
    // What was done before the reading began, and was not met in it, is not among what is kept.
    for (const [key, { since }] of this.#expected) if (since < reading) this.#expected.delete(key);
  }

  async #lastOutcome(): Promise<number | undefined> {
    const { last } = await this.#parts.storage.outcomes({ limit: 0 });
    return this.#isListening ? last : undefined;
  }

  async #readOn(): Promise<void> {
    for (let isMore = true; isMore && this.#position !== undefined;) {
      const { items, last } = await this.#parts.storage.outcomes({ after: this.#position, limit: PAGE });
      isMore = items.length === PAGE;
      for (const record of items) {
        if (!this.#isListening) return;
        this.#position = record.sequence;
        await this.#tellOne(record);
      }
      // A database that was deleted begins anew.
      if (this.#isListening && last < this.#position) this.#position = last;
    }
  }

  async #tellOne(record: OutcomeRecord): Promise<void> {
    this.#activeAt = this.#parts.clock.monotonicMs();
    const { hub, storage } = this.#parts;
    const key = `${record.outcome} ${record.id}`;
    const expected = this.#expected.get(key);
    this.#expected.delete(key);
    if (expected === undefined) hub.emit(eventOfOutcome(record));
    else expected.tell?.(record);
    if (record.outcome !== 'deadLettered' && record.outcome !== 'parked') return;
    for (const event of await heldEvents(storage, record.id)) hub.emit(event);
  }
}
