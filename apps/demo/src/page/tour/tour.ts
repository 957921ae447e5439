import type { Market } from '../market.js';
import { TOUR, type TourStep } from './tour-steps.js';

const KEY = 'market-day.tour';
/** How long each stop stays to be read when the tour plays by itself, in milliseconds. */
const READ_MS = 2500;

interface Kept {
  readonly at: number;
  readonly isPlaying: boolean;
}

/** Where somebody is in the tour. Survives the reload that is part of it. */
export class Tour {
  readonly #market: Market;
  readonly #onChange: () => void;
  #at: number;
  #isPlaying: boolean;
  #isBusy = false;
  /** Grows whenever playing begins or ends. */
  #run = 0;

  constructor(market: Market, onChange: () => void) {
    this.#market = market;
    this.#onChange = onChange;
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{"at":0,"isPlaying":false}') as Kept;
    this.#at = Math.min(kept.at, TOUR.length);
    this.#isPlaying = kept.isPlaying;
  }

  /** The stop that comes next; `undefined` at the end. */
  get step(): TourStep | undefined {
    return TOUR[this.#at];
  }

  get at(): number {
    return this.#at;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** Goes on where a reload broke off. */
  async resume(): Promise<void> {
    if (this.#isPlaying) await this.play();
  }

  /** Does what the current stop is about, then moves on. */
  async next(): Promise<void> {
    const { step } = this;
    if (step === undefined || this.#isBusy) return;
    this.#isBusy = true;
    // Kept first, since a stop may leave the page.
    this.#move(this.#at + 1);
    await step.run(this.#market);
    this.#isBusy = false;
    this.#onChange();
  }

  async play(): Promise<void> {
    this.#isPlaying = true;
    const run = ++this.#run;
    this.#move(this.#at);
    await new Promise((resolve) => setTimeout(resolve, READ_MS));
    // Somebody may have stopped it meanwhile, and started it anew.
    if (this.#run !== run) return;
    await this.next();
    if (this.#run !== run) return;
    if (this.step === undefined) this.pause();
    else await this.play();
  }

  pause(): void {
    this.#run++;
    this.#isPlaying = false;
    this.#move(this.#at);
  }

  restart(): void {
    this.#run++;
    this.#isPlaying = false;
    this.#move(0);
  }

  #move(at: number): void {
    this.#at = at;
    sessionStorage.setItem(KEY, JSON.stringify({ at, isPlaying: this.#isPlaying }));
    this.#onChange();
  }
}
