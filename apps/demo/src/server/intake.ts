import { systemClock } from '@cpc/sync-core';
import { faultFetch, SeededRandom } from '@cpc/testing';
import { CALM, type PlaceFaults, planOf } from '../shared/fault-settings.js';

type Receive = (request: Request) => Promise<Response>;

/** Takes operations, through the faults that somebody asked the server for. */
export class Intake {
  readonly #receive: Receive;
  readonly #onTaken: () => void;
  #faults: PlaceFaults = CALM;
  #through: typeof fetch;

  /** @param onTaken - called after each request that reached the receiver */
  constructor(receive: Receive, onTaken: () => void) {
    this.#receive = receive;
    this.#onTaken = onTaken;
    this.#through = this.#take;
  }

  get faults(): PlaceFaults {
    return this.#faults;
  }

  /** From here on, requests meet what the settings say; the seed begins anew. */
  plan(faults: PlaceFaults, seed: number): void {
    const plan = planOf(faults);
    this.#faults = faults;
    this.#through =
      plan === undefined
        ? this.#take
        : faultFetch(plan, { clock: systemClock, random: new SeededRandom(seed), fetch: this.#take }).fetch;
  }

  /** Rejects where the plan breaks the connection. */
  async answer(request: Request): Promise<Response> {
    const { method, headers, url, signal } = request;
    // The body as bytes, since a plan may send the request twice.
    return this.#through(url, {
      method,
      headers,
      signal,
      body: await request.arrayBuffer(),
      // A planned redirect is for the sender to meet.
      redirect: 'manual',
    });
  }

  readonly #take: typeof fetch = async (input, init) => {
    const answer = await this.#receive(new Request(input, init));
    this.#onTaken();
    return answer;
  };
}
