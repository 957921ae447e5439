/** What the stalls sell: the words for it, and the price of one in euro cents. */
export const GOODS = {
  apples: { label: 'Apples', cents: 320 },
  honey: { label: 'Honey', cents: 750 },
  bread: { label: 'Bread', cents: 460 },
  cheese: { label: 'Cheese', cents: 980 },
  /** The market's rules forbid it, and only the server knows them: an order for it becomes a dead letter. */
  moonshine: { label: 'Moonshine', cents: 1900 },
} as const;

export type Item = keyof typeof GOODS;

export const ITEMS = Object.keys(GOODS) as readonly Item[];

export const isItem = (value: unknown): value is Item =>
  typeof value === 'string' && Object.hasOwn(GOODS, value);

/** Currencies, with what one euro comes to; close enough for a demo. */
export const CURRENCIES = { EUR: 1, GBP: 0.85, CHF: 0.95, JPY: 163 } as const;

export type Currency = keyof typeof CURRENCIES;

export const CURRENCY_NAMES = Object.keys(CURRENCIES) as readonly Currency[];

export const isCurrency = (value: unknown): value is Currency =>
  typeof value === 'string' && Object.hasOwn(CURRENCIES, value);

export const MAX_QUANTITY = 99;

export const isQuantity = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_QUANTITY;

/** A price in a currency, as people write it. */
export function priceText(item: Item, quantity: number, currency: Currency): string {
  const amount = (GOODS[item].cents / 100) * quantity * CURRENCIES[currency];
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount);
}
