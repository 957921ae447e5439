import type { PersonRecord, RecordedChange } from '../shared/api.js';
import type { PersonId } from '../shared/people.js';
import { DEFAULTS } from '../shared/preferences.js';
import type { NetworkSwitch } from './network-switch.js';
import { credentialsOf } from './wire-person.js';

/** The server's record of a person as it was last heard, kept on this device for the time without a network. */
export class RecordStore {
  readonly #person: PersonId;
  readonly #network: NetworkSwitch;
  readonly #key: string;
  #record: PersonRecord | undefined;

  constructor(person: PersonId, network: NetworkSwitch) {
    this.#person = person;
    this.#network = network;
    this.#key = `market-day.record.${person}`;
    const kept = localStorage.getItem(this.#key);
    this.#record = kept === null ? undefined : (JSON.parse(kept) as PersonRecord);
  }

  get record(): PersonRecord | undefined {
    return this.#record;
  }

  /**
   * Asks the server.
   *
   * @returns false where no answer came; what was kept stays
   */
  async refresh(): Promise<boolean> {
    try {
      const headers = credentialsOf(this.#person);
      const answer = await this.#network.fetch(`/api/people/${this.#person}`, { headers, cache: 'no-store' });
      if (!answer.ok) return false;
      this.#keep((await answer.json()) as PersonRecord);
      return true;
    } catch (error) {
      // No network, a request that was cut, a portal's page in the place of the answer: all normal here.
      if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)
        return false;
      throw error;
    }
  }

  /** Adds what the server answered to a change, without asking for the whole record again. */
  add(change: RecordedChange): void {
    const { preferences, changes } = this.#record ?? { preferences: DEFAULTS, changes: [] };
    if (changes.some(({ id }) => id === change.id)) return;
    this.#keep({
      preferences: { ...preferences, [change.field]: change.value },
      changes: [change, ...changes],
    });
  }

  #keep(record: PersonRecord): void {
    this.#record = record;
    localStorage.setItem(this.#key, JSON.stringify(record));
  }
}
