import { CURRENCY_CODES } from './currency-codes.js';

/** What a person prefers, as it is stored and as it goes over the wire as JSON. */
export interface PreferencesValue {
  readonly currency: string;
  readonly language: string;
  readonly theme: 'system' | 'light' | 'dark';
  readonly notifications: { readonly email: boolean; readonly push: boolean; readonly sms: boolean };
}

export type PreferencesChangeValue = Partial<Omit<PreferencesValue, 'notifications'>> & {
  readonly notifications?: Partial<PreferencesValue['notifications']>;
};

/** What holds for a person who never chose anything. */
export const DEFAULT_PREFERENCES: PreferencesValue = Object.freeze({
  currency: 'USD',
  language: 'en',
  theme: 'system',
  notifications: Object.freeze({ email: false, push: false, sms: false }),
});

export function withChange(value: PreferencesValue, change: PreferencesChangeValue): PreferencesValue {
  const { language = value.language } = change;
  const notifications = { ...value.notifications, ...change.notifications };
  return { ...value, ...change, language: canonical(language), notifications };
}

/** The form that all devices agree on. */
function canonical(language: string): string {
  return Intl.getCanonicalLocales(language)[0] ?? language;
}

/** What is wrong with a change, for people; `undefined` where nothing is. A device's word is checked again here. */
export function faultOfChange(change: unknown): string | undefined {
  if (!isRecord(change)) return 'change takes the fields to change.';
  for (const [field, value] of Object.entries(change)) {
    const fault = Object.hasOwn(FAULTS, field) ? FAULTS[field]?.(value) : `${field} is no preference.`;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const FAULTS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  currency: (value) =>
    typeof value === 'string' && CURRENCY_CODES.has(value)
      ? undefined
      : 'currency takes a code of ISO 4217 in capitals, or BTC.',
  language: (value) =>
    isLanguage(value) ? undefined : 'language takes a language tag of BCP 47, such as de-CH.',
  theme: (value) =>
    value === 'system' || value === 'light' || value === 'dark'
      ? undefined
      : 'theme takes system, light or dark.',
  notifications: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([name, on]) => CHANNELS.has(name) && typeof on === 'boolean')
      ? undefined
      : 'notifications takes email, push and sms, each true or false.',
};

const CHANNELS: ReadonlySet<string> = new Set(['email', 'push', 'sms']);

function isLanguage(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 100) return false;
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
