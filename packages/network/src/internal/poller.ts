import type { Subscription } from 'rxjs';
import type { MonitorClock, RandomNumber } from '../clock/monitor-clock.js';

export interface PollerOptions {
  readonly clock: MonitorClock;
  readonly random: RandomNumber;
  /** From a good answer to the next question. */
  readonly intervalMs: number;
  /** From the first bad answer to the next question; doubles with each further one, up to `maxRetryMs`. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
  /** After which time a question is given up. */
  readonly timeoutMs: number;
}

/** What is asked again and again. */
export interface Question<Answer> {
  /** Asks. It never rejects; the signal is aborted when nobody waits for the answer any more, or too long. */
  ask(signal: AbortSignal): Promise<Answer>;
  /** Takes the answer and says whether all is well. Not called for an answer that nobody waits for. */
  hear(answer: Answer): boolean;
}

/** Delays are spread by this share, both ways, so that many devices do not ask in step. */
const JITTER = 0.2;

type PollerState = 'stopped' | 'paused' | 'waiting' | 'asking';

/**
 * Asks a question again and again: at an even pace while all is well, backing off while it is not, and once at
 * a time.
 *
 * - `stopped` → `asking` by `start`; back from everywhere at the end of the run.
 * - `asking` → `waiting` by an answer, and back when its time has come.
 * - `asking`, `waiting` → `paused` by `pause`; → `asking` by `resume`.
 *
 * Leaving `asking` aborts the question.
 */
export class Poller<Answer> {
  readonly #question: Question<Answer>;
  readonly #options: PollerOptions;
  #state: PollerState = 'stopped';
  #timer: unknown;
  #turn: AbortController | undefined;
  #askedMs = -Infinity;
  #bad = 0;

  constructor(question: Question<Answer>, options: PollerOptions) {
    this.#question = question;
    this.#options = options;
  }

  /** Asks at once, or from `resume` on where it starts `paused`, until the run ends. */
  start(run: Subscription, paused = false): void {
    run.add(() => this.#enter('stopped'));
    this.#bad = 0;
    if (paused) this.#enter('paused');
    else this.#ask();
  }

  /** Asks nothing until `resume`. */
  pause(): void {
    if (this.#state !== 'stopped') this.#enter('paused');
  }

  /** Asks at once, if it was paused. */
  resume(): void {
    if (this.#state === 'paused') this.#ask();
  }

  /** Doubts the last answer: asks again as soon as `retryMs` have passed since the last question. */
  hurry(): void {
    if (this.#state !== 'waiting') return;
    this.#bad = 0;
    this.#wait(this.#askedMs + this.#options.retryMs - this.#options.clock.monotonicMs());
  }

  /** What is being asked is out of date, too: like {@link hurry}, and drops a question under way. */
  askAnew(): void {
    if (this.#state === 'asking') this.#enter('waiting');
    this.hurry();
  }

  /** Somebody else has just learnt what the next question would tell: it is a whole interval away. */
  postpone(): void {
    if (this.#state !== 'waiting') return;
    this.#bad = 0;
    this.#wait(this.#jittered(this.#options.intervalMs));
  }

  #ask(): void {
    this.#enter('asking');
    const { clock, timeoutMs } = this.#options;
    const turn = new AbortController();
    this.#turn = turn;
    this.#askedMs = clock.monotonicMs();
    const late = () => turn.abort(named('TimeoutError', `no answer within ${timeoutMs} ms`));
    this.#timer = clock.setTimer(late, timeoutMs);
    void this.#question.ask(turn.signal).then((answer) => {
      if (this.#turn === turn) this.#answered(answer);
    });
  }

  #answered(answer: Answer): void {
    this.#turn = undefined;
    this.#enter('waiting');
    const good = this.#question.hear(answer);
    this.#bad = good ? 0 : this.#bad + 1;
    // Who heard the answer may have stopped the run, or asked for a hurry.
    if (this.#state !== 'waiting' || this.#timer !== undefined) return;
    this.#wait(this.#jittered(good ? this.#options.intervalMs : this.#backoffMs()));
  }

  #backoffMs(): number {
    const { retryMs, maxRetryMs } = this.#options;
    return Math.min(maxRetryMs, retryMs * 2 ** (this.#bad - 1));
  }

  #jittered(delayMs: number): number {
    return delayMs * (1 + JITTER * (2 * this.#options.random() - 1));
  }

  #wait(delayMs: number): void {
    this.#clearTimer();
    this.#timer = this.#options.clock.setTimer(() => this.#ask(), Math.max(0, delayMs));
  }

  #enter(state: PollerState): void {
    this.#state = state;
    this.#clearTimer();
    const turn = this.#turn;
    this.#turn = undefined;
    turn?.abort(named('AbortError', 'nobody waits for the answer any more'));
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}

/** As the platform names its own reasons; `DOMException` itself is missing on some. */
function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
