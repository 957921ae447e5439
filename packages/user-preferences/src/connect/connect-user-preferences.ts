import {
  createClient,
  type CallOptions,
  type Client,
  type Transport as RpcTransport,
} from '@connectrpc/connect';
import { errorOfCall, type RequestCredentials } from '@cpc/adapters/connect';
import { SyncError } from '@cpc/sync-core';
import { checkChange } from '../check-change.js';
import {
  UserPreferencesService,
  type GetPreferencesResponse,
} from '../gen/cpc/preferences/v1/preferences_pb.js';
import { fromMessage, toChangeMessage } from '../messages/messages.js';
import type { Notifications, PreferencesChange, Theme } from '../preferences.js';
import type { KnownPreferences, UserPreferences } from '../user-preferences.js';

export interface ConnectUserPreferencesOptions {
  /** Carries the calls, as for `ConnectTransport`. */
  readonly transport: RpcTransport;
  /** The headers that sign the user of a call in. @defaultValue nobody signs in */
  readonly credentials?: RequestCredentials;
  /** How long the server may take for one call, in milliseconds. @defaultValue 30_000 */
  readonly timeoutMs?: number;
}

/**
 * Preferences at a `cpc.preferences.v1.UserPreferencesService`, over gRPC, gRPC-Web or Connect. A change goes to
 * the server at once and is not repeated; `createUserPreferences` makes one that is safe without a network.
 *
 * Rejects with a `SyncError`: `REJECTED` and `UNAUTHENTICATED` where the server says so, `NETWORK_UNREACHABLE`,
 * `NETWORK_CAPTIVE`, `ATTEMPT_TIMEOUT` or `SERVER_RETRY` where it may be worth another try.
 */
export class ConnectUserPreferences implements UserPreferences {
  readonly #client: Client<typeof UserPreferencesService>;
  readonly #credentials: RequestCredentials;
  readonly #timeoutMs: number;

  /** @throws RangeError where an option is not what it should be */
  constructor({ transport, credentials = () => ({}), timeoutMs = 30_000 }: ConnectUserPreferencesOptions) {
    this.#client = createClient(UserPreferencesService, transport);
    this.#credentials = credentials;
    this.#timeoutMs = atLeastOne('timeoutMs', timeoutMs);
  }

  get(user: string): Promise<KnownPreferences> {
    return this.#call(user, (options) => this.#client.getPreferences({ user }, options));
  }

  setCurrency(user: string, currency: string): Promise<KnownPreferences> {
    return this.#update(user, { currency });
  }

  setLanguage(user: string, language: string): Promise<KnownPreferences> {
    return this.#update(user, { language });
  }

  setTheme(user: string, theme: Theme): Promise<KnownPreferences> {
    return this.#update(user, { theme });
  }

  setNotifications(user: string, notifications: Partial<Notifications>): Promise<KnownPreferences> {
    return this.#update(user, { notifications });
  }

  async #update(user: string, value: PreferencesChange): Promise<KnownPreferences> {
    const change = toChangeMessage(checkChange(value));
    return this.#call(user, (options) => this.#client.updatePreferences({ user, change }, options));
  }

  async #call(
    user: string,
    call: (options: CallOptions) => Promise<Pick<GetPreferencesResponse, 'preferences'>>,
  ): Promise<KnownPreferences> {
    const headers = await this.#credentials(user, { signal: new AbortController().signal });
    if (headers === undefined) {
      throw new SyncError('UNAUTHENTICATED', `'${user}' is not signed in; nothing was sent.`);
    }
    const { preferences } = await call({ headers, timeoutMs: this.#timeoutMs }).catch((error: unknown) => {
      throw errorOfCall(error);
    });
    const known = preferences && fromMessage(preferences);
    if (known !== undefined) return known;
    throw new SyncError('NETWORK_CAPTIVE', 'The answer holds no preferences, so the server did not give it.');
  }
}

function atLeastOne(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} takes an integer of at least 1; got ${value}`);
}
