/** What a person can set, with the words that the page shows for each choice. */
export const PREFERENCES = {
  currency: {
    label: 'Currency',
    choices: { EUR: 'Euro', USD: 'US dollar', GBP: 'Pound sterling', CHF: 'Swiss franc', JPY: 'Yen' },
  },
  language: {
    label: 'Language',
    choices: { en: 'English', de: 'Deutsch', fr: 'Français', it: 'Italiano', es: 'Español' },
  },
  theme: {
    label: 'Theme',
    choices: { system: 'System', light: 'Light', dark: 'Dark' },
  },
} as const;

export type Field = keyof typeof PREFERENCES;

export type Preferences = { readonly [F in Field]: string };

export const FIELDS = Object.keys(PREFERENCES) as readonly Field[];

export const DEFAULTS: Preferences = { currency: 'EUR', language: 'en', theme: 'system' };

export const isChoice = (field: Field, value: unknown): value is string =>
  typeof value === 'string' && Object.hasOwn(PREFERENCES[field].choices, value);

/** The words for a value; the value itself where this version of the page does not know it. */
export function wordsFor(field: Field, value: string): string {
  const choices: Readonly<Record<string, string>> = PREFERENCES[field].choices;
  return Object.hasOwn(choices, value) ? (choices[value] ?? value) : value;
}
