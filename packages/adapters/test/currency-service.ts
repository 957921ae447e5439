import { defineOperation } from '@cpc/sync-core';

export interface Preferences {
  readonly currency: string;
  readonly keptAt?: number;
}

/** A service as an app has it: the user is an argument of each call. */
export interface CurrencyService {
  get(user: string): Promise<Preferences>;
  set(user: string, currency: string): Promise<Preferences>;
  ping(): Promise<string>;
  clearCopy(user: string): Promise<void>;
}

export interface SetCurrency {
  readonly user: string;
  readonly currency: string;
}

export const setCurrency = defineOperation<SetCurrency>('currency.set', {
  entity: ({ user }) => `currency/${user}`,
});

/** Answers from memory; fails, or waits, when the test says so. Counts its calls. */
export class FakeCurrencyService implements CurrencyService {
  readonly values = new Map<string, string>();
  readonly calls: string[] = [];
  failure: Error | undefined;
  /** Runs inside each call after the answer is fixed and before it is given. */
  meanwhile: () => Promise<void> = () => Promise.resolve();

  async get(user: string): Promise<Preferences> {
    const value = this.#called(`get ${user}`, () => this.values.get(user));
    await this.meanwhile();
    if (value === undefined) throw new Error(`nothing is kept of ${user}`);
    return { currency: value };
  }

  async set(user: string, currency: string): Promise<Preferences> {
    this.#called(`set ${user} ${currency}`, () => this.values.set(user, currency));
    await this.meanwhile();
    return { currency };
  }

  async ping(): Promise<string> {
    return Promise.resolve(this.#called('ping', () => 'pong'));
  }

  async clearCopy(user: string): Promise<void> {
    this.#called(`clear ${user}`, () => this.values.delete(user));
    return Promise.resolve();
  }

  #called<T>(call: string, answer: () => T): T {
    this.calls.push(call);
    if (this.failure !== undefined) throw this.failure;
    return answer();
  }
}
