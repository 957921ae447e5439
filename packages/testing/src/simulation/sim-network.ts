import { SyncError } from '@cpc/sync-core';
import type { ExchangeOptions, SimulatedNetwork, SimulatedServer } from './simulated-network.js';
import type { Tab } from './cast.js';

/** What becomes of one request, drawn before it sets out, so that one history draws in one order. */
interface Weather {
  readonly isCut: boolean;
  readonly isLost: boolean;
  readonly isHung: boolean;
  readonly isDoubled: boolean;
  readonly isAnswerLost: boolean;
  readonly isHalf: boolean;
  readonly upMs: number;
  readonly downMs: number;
  readonly againMs: number;
}

/** The network of one tab in virtual time. What it carries survives the tab. */
export class SimNetwork implements SimulatedNetwork {
  readonly #tab: Tab;

  constructor(tab: Tab) {
    this.#tab = tab;
  }

  exchange<Answer>(
    serve: (server: SimulatedServer) => Answer | Promise<Answer>,
    { signal, halve }: ExchangeOptions<Answer>,
  ): Promise<Answer> {
    const { world, owner, device } = this.#tab;
    const { scheduler } = world;
    const weather = this.#weather();
    const { isCut, isLost, isHung, isDoubled, isAnswerLost, isHalf, upMs, downMs, againMs } = weather;
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      const later = (then: () => void): void => void scheduler.schedule(downMs, owner, then);
      const lose = (): void => later(() => reject(unreachable()));
      if (isCut || isLost) {
        world.fault(isCut ? 'the network is cut' : 'the request is lost', this.#tab);
        if (!isHung) lose();
        return;
      }
      const arrived = (answer: Answer): void => {
        const isLostNow = isAnswerLost || device.cutUntil > scheduler.now;
        if (isLostNow) world.fault('the answer is lost', this.#tab);
        if (isHung) world.fault('no answer ever comes', this.#tab);
        else if (isLostNow) lose();
        else if (isHalf && world.fault('half an answer', this.#tab)) {
          if (halve === undefined) lose();
          else later(() => resolve(halve(answer)));
        } else later(() => resolve(answer));
      };
      scheduler.schedule(upMs, undefined, () => this.#serve(serve, arrived));
      if (isDoubled && world.fault('the request comes twice', this.#tab))
        scheduler.schedule(upMs + againMs, undefined, () => this.#serve(serve, () => undefined));
    });
  }

  #weather(): Weather {
    const { world, device } = this.#tab;
    const { random, rates } = world.networkFaults;
    return {
      isCut: device.cutUntil > world.scheduler.now,
      isLost: random.chance(rates.requestLost),
      isHung: random.chance(rates.neverAnswers),
      isDoubled: random.chance(rates.duplicate),
      isAnswerLost: random.chance(rates.answerLost),
      isHalf: random.chance(rates.halfAnswer),
      upMs: 5 + random.below(2_000),
      downMs: 5 + random.below(2_000),
      againMs: random.below(20_000),
    };
  }

  /** A server that throws is a defect of whoever wrote it, and the history says so. */
  #serve<Answer>(
    serve: (server: SimulatedServer) => Answer | Promise<Answer>,
    arrived: (answer: Answer) => void,
  ): void {
    const { world } = this.#tab;
    const failed = (error: unknown): void => world.referee.broken('server', `it threw ${String(error)}`);
    try {
      const answer = serve(world.server);
      if (answer instanceof Promise) answer.then(arrived, failed);
      else arrived(answer);
    } catch (error) {
      failed(error);
    }
  }
}

function unreachable(): SyncError {
  return new SyncError('NETWORK_UNREACHABLE', 'The simulated network lost it.');
}
