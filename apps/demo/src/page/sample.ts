import type { Preferences } from '../shared/preferences.js';

/** Roughly what a basket of apples costs; enough to show what a currency changes. */
const PRICES: Readonly<Record<string, number>> = { EUR: 4.2, USD: 4.6, GBP: 3.6, CHF: 4.1, JPY: 690 };

/** A day and a price in the person's language and currency: the settings at work. */
export function sampleOf(
  { language, currency }: Preferences,
  day = new Date(),
): { readonly day: string; readonly price: string } {
  return {
    day: new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' }).format(day),
    price: new Intl.NumberFormat(language, { style: 'currency', currency }).format(PRICES[currency] ?? 0),
  };
}
