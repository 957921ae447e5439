import { SyncError } from '@cpc/sync-core';
import { CURRENCY_CODES } from './currency-codes.js';
import type { Notifications, PreferencesChange, Theme } from './preferences.js';

interface Issue {
  readonly message: string;
  readonly path: readonly string[];
}

const CHECKS: Readonly<Record<keyof PreferencesChange, (value: unknown) => string | undefined>> = {
  currency: (value) =>
    isText(value) && CURRENCY_CODES.has(value)
      ? undefined
      : `takes a code of ISO 4217 in capitals, or BTC; got ${shown(value)}`,
  language: (value) =>
    canonicalLanguage(value) === undefined
      ? `takes a language tag of BCP 47, such as de-CH; got ${shown(value)}`
      : undefined,
  theme: (value) =>
    isText(value) && THEMES.has(value) ? undefined : `takes system, light or dark; got ${shown(value)}`,
  notifications: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([name, on]) => CHANNELS.has(name) && typeof on === 'boolean')
      ? undefined
      : `takes email, push and sms, each true or false; got ${shown(value)}`,
};

const THEMES: ReadonlySet<string> = new Set<Theme>(['system', 'light', 'dark']);
const CHANNELS: ReadonlySet<string> = new Set<keyof Notifications>(['email', 'push', 'sms']);

/** What is wrong with a change that came from anywhere; nothing where it is one. */
export function issuesOfChange(value: unknown): readonly Issue[] {
  if (!isRecord(value)) return [{ message: `takes the fields to change; got ${shown(value)}`, path: [] }];
  return Object.entries(value).flatMap(([field, member]) => {
    const check = Object.hasOwn(CHECKS, field) ? CHECKS[field as keyof PreferencesChange] : undefined;
    const message =
      check === undefined ? 'is no preference' : member === undefined ? undefined : check(member);
    return message === undefined ? [] : [{ message: `${field} ${message}`, path: [field] }];
  });
}

/**
 * The change as it is stored: without fields that are `undefined`, the language in its canonical form.
 *
 * @throws SyncError `PAYLOAD_INVALID`, with a list of issues among its details
 */
export function checkChange(value: unknown): PreferencesChange {
  const issues = issuesOfChange(value);
  if (issues.length > 0) {
    const message = `These are no preferences: ${issues.map((issue) => issue.message).join('; ')}.`;
    throw new SyncError('PAYLOAD_INVALID', message, { details: { issues } });
  }
  const given = Object.entries(value as PreferencesChange).filter(([, member]) => member !== undefined);
  const change = Object.fromEntries(given) as PreferencesChange;
  const language = canonicalLanguage(change.language);
  return language === undefined ? change : { ...change, language };
}

/** `de-ch` as `de-CH`; `undefined` where it is no language tag. */
function canonicalLanguage(tag: unknown): string | undefined {
  if (!isText(tag) || tag.length > 100) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return isText(value) ? JSON.stringify(value.slice(0, 100)) : `a value of type ${typeof value}`;
}
