import type { Clock, TimerHandle } from '@cpc/sync-core';
import { parseAnswerFrame, type AnswerFrame } from './frame.js';
import type { SocketLike } from './socket-like.js';

export interface ConnectionLimits {
  readonly clock: Clock;
  /** Characters of one answer. */
  readonly maxAnswerLength: number;
  readonly idleMs: number;
}

interface Waiting {
  readonly resolve: (answer: AnswerFrame) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The life of one socket, from its opening to its end. Requests wait for it to open, and are answered by their
 * ids in whatever order.
 *
 * ```
 * connecting ──open──▶ open ──closed, failed, silent, idle, not this protocol──▶ ended
 *      └──────────────closed, failed, given up──────────────────────────────────▶ ended
 * ```
 *
 * When it ends, every request that is under way is rejected: nobody knows whether it was applied.
 */
export class SocketConnection {
  readonly #socket: SocketLike;
  readonly #limits: ConnectionLimits;
  readonly #opened: Promise<void>;
  readonly #waiting = new Map<string, Waiting>();
  #rejectOpening: (reason: unknown) => void = () => undefined;
  #ended: Error | undefined;
  #isOpen = false;
  /** Grows with every answer; a request that sees it stand still has met silence. */
  #heard = 0;
  #requests = 0;
  #idleTimer: TimerHandle | undefined;

  constructor(socket: SocketLike, limits: ConnectionLimits) {
    this.#socket = socket;
    this.#limits = limits;
    this.#opened = new Promise((resolve, reject) => {
      this.#rejectOpening = reject;
      socket.addEventListener('open', () => {
        this.#isOpen = true;
        resolve();
      });
    });
    // Each request looks at it by itself; it may fail when none does any more.
    this.#opened.catch(() => undefined);
    socket.addEventListener('message', ({ data }) => this.#receive(data));
    socket.addEventListener('error', () => this.end('the socket failed'));
    socket.addEventListener('close', ({ code }) => this.end(`the socket was closed with code ${code}`));
  }

  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Sends one request and waits for its answer. Rejects when the connection ends or the signal is aborted. A
   * connection on which nothing was heard since the request is taken for dead then, and ended, so that the next
   * request opens another: a network that went without a word leaves a socket "open" for minutes.
   */
  async request(frameOf: (id: string) => string, signal: AbortSignal): Promise<AnswerFrame> {
    signal.throwIfAborted();
    const id = String(this.#requests++);
    this.#stopIdling();
    const heard = this.#heard;
    const answer = new Promise<AnswerFrame>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const giveUp = (): void => {
      this.#waiting.get(id)?.reject(signal.reason);
      if (!this.#isOpen || heard === this.#heard) this.end('nothing was heard on the socket');
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await Promise.race([this.#opened, answer]);
      this.#socket.send(frameOf(id));
      return await answer;
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.#waiting.delete(id);
      this.#startIdling();
    }
  }

  /** Closes the socket, and rejects what is under way. */
  end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new Error(why);
    this.#stopIdling();
    this.#rejectOpening(this.#ended);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#socket.close();
  }

  #receive(data: unknown): void {
    if (this.#ended !== undefined) return;
    this.#heard++;
    const { maxAnswerLength } = this.#limits;
    const frame = typeof data === 'string' ? parseAnswerFrame(data, maxAnswerLength) : undefined;
    if (frame === undefined) this.end('the server sent a frame that is not of this protocol');
    else this.#waiting.get(frame.request)?.resolve(frame);
  }

  #startIdling(): void {
    if (this.#waiting.size > 0 || this.#ended !== undefined) return;
    this.#stopIdling();
    this.#idleTimer = this.#limits.clock.setTimer(() => this.end('the socket was idle'), this.#limits.idleMs);
  }

  #stopIdling(): void {
    if (this.#idleTimer !== undefined) this.#limits.clock.clearTimer(this.#idleTimer);
    this.#idleTimer = undefined;
  }
}
