import type { KeyedWork } from '../ports/effect-store.js';

/** Principal and key as one text; equal only for equal ones. */
export function idOf({ principal, key }: Pick<KeyedWork<never>, 'principal' | 'key'>): string {
  return `${key.length} ${key}${principal}`;
}
