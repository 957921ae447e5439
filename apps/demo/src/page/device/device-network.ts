import { systemClock } from '@cpc/sync-core';
import { answerLost, faultFetch, SeededRandom, sequence } from '@cpc/testing';
import { type PlaceFaults, planOf } from '../../shared/fault-settings.js';
import { Cable } from './cable.js';
import type { DeviceId } from './devices.js';
import type { ExchangeLog } from './exchange-log.js';

type Fetch = typeof globalThis.fetch;

/**
 * Everything between a device and the server: the cable, the faults that somebody planned, and a log of what was
 * sent. Operations go through {@link send}, everything else through the cable alone.
 */
export class DeviceNetwork {
  readonly cable: Cable;
  readonly #device: DeviceId;
  readonly #log: ExchangeLog;
  #faulty: Fetch | undefined;
  #once: Fetch | undefined;

  constructor(device: DeviceId, log: ExchangeLog) {
    this.#device = device;
    this.#log = log;
    this.cable = new Cable(`market-day.cable.${device}`);
  }

  /** From here on, operations meet what the settings say; the seed begins anew. */
  plan(faults: PlaceFaults, seed: number): void {
    const plan = planOf(faults);
    const options = { clock: systemClock, random: new SeededRandom(seed), fetch: this.cable.fetch };
    this.#faulty = plan && faultFetch(plan, options).fetch;
  }

  /** The next answer is lost on its way, whatever else is planned. */
  loseNextAnswer(): void {
    this.#once = faultFetch(sequence([answerLost]), { clock: systemClock, fetch: this.cable.fetch }).fetch;
  }

  readonly send: Fetch = async (input, init) => {
    // While the cable is out nothing is sent, so a plan has nothing to decide.
    if (!this.cable.isOn) return this.cable.fetch(input, init);
    const end = this.#log.begin({ device: this.#device, ...contentOf(init) });
    const once = this.#once;
    this.#once = undefined;
    try {
      const answer = await (once ?? this.#faulty ?? this.cable.fetch)(input, init);
      end({ outcome: 'answered', status: answer.status });
      return answer;
    } catch (error) {
      end({ outcome: once === undefined ? 'no answer' : 'answer lost' });
      throw error;
    }
  };
}

/** What a request carries: a batch in its body, or one operation with its key in a header. */
function contentOf(init: RequestInit | undefined): { readonly operations: number; readonly key: string } {
  const key = new Headers(init?.headers).get('idempotency-key');
  if (key !== null) return { operations: 1, key: key.replaceAll('"', '') };
  const items = JSON.parse(init?.body as string) as readonly { readonly idempotencyKey: string }[];
  return { operations: items.length, key: items[0]?.idempotencyKey ?? '' };
}
