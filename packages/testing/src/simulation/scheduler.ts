import type { TimerHandle } from '@cpc/sync-core';

/** Whoever waits for something: a tab, or nobody (the network and the plan, which never die). */
export interface Owner {
  /** A dead owner's continuations never run: that is what a crash is. */
  isDead: boolean;
  /** A frozen owner's continuations wait until then, in virtual milliseconds. */
  frozenUntil: number;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly owner: Owner | undefined;
  readonly run: () => void;
  isCancelled: boolean;
}

/**
 * Virtual time. Everything that waits, waits here, and one event runs at a time, so the order of everything is
 * decided by the delays that the seed gives.
 */
export class Scheduler {
  now = 0;
  /** Events that ran so far. */
  steps = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  /** Runs `run` after a delay, unless the owner has died by then. */
  schedule(delayMs: number, owner: Owner | undefined, run: () => void): TimerHandle {
    const event: Event = {
      at: this.now + Math.max(0, delayMs),
      order: this.#order++,
      owner,
      run,
      isCancelled: false,
    };
    this.#push(event);
    return event;
  }

  cancel(handle: TimerHandle): void {
    (handle as Event).isCancelled = true;
  }

  /** Resolves after the delay; never, if the owner dies before. */
  pause(delayMs: number, owner: Owner | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(delayMs, owner, resolve);
    });
  }

  /**
   * Runs one event after the other until virtual time is `until`.
   *
   * @param afterStep - called when everything that the event set off has settled; false ends the run
   */
  async runUntil(until: number, afterStep: () => boolean): Promise<void> {
    for (let event = this.#heap[0]; event !== undefined && event.at <= until; event = this.#heap[0]) {
      this.#pop();
      if (event.isCancelled || event.owner?.isDead) continue;
      this.now = Math.max(this.now, event.at);
      const { owner } = event;
      if (owner !== undefined && owner.frozenUntil > this.now) {
        this.#push({ ...event, at: owner.frozenUntil });
        continue;
      }
      this.steps++;
      event.run();
      await turn();
      if (!afterStep()) return;
    }
    this.now = Math.max(this.now, until);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent] as Event)) break;
      heap[at] = heap[parent] as Event;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!isBefore(heap[child] as Event, last)) break;
      heap[at] = heap[child] as Event;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

type Immediate = (run: () => void) => void;

/** A turn of the real event loop: every promise that can settle by itself has settled after it. */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as unknown as { readonly setImmediate: Immediate };
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
