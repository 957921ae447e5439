/** Whether the value under this key of a payload is kept from view until somebody asks for it. */
export type Mask = (key: string) => boolean;

/** Keys that tend to hold what must not be read over a shoulder. */
const SENSITIVE =
  /token|passw|passphrase|secret|credential|authori[sz]ation|cookie|session|signature|api[-_]?key|private[-_]?key|\bpin\b|cvv|cvc|iban|card[-_]?(no|num)/i;

/** Masks by the names of keys: token, password, secret, card number and the like. */
export const sensitiveKeys: Mask = (key) => SENSITIVE.test(key);

/** What stands in the place of a masked value. */
export const MASKED = '••••••';

/** The value with everything masked replaced by {@link MASKED}, for an editor. */
export function withMask(value: unknown, mask: Mask): unknown {
  if (Array.isArray(value)) return value.map((item) => withMask(item, mask));
  if (!isObject(value)) return value;
  return fromEntries(
    Object.entries(value).map(([key, item]) => [key, mask(key) ? MASKED : withMask(item, mask)]),
  );
}

/** Undoes {@link withMask} after an edit: what still reads {@link MASKED} is as it was. */
export function withoutMask(edited: unknown, original: unknown, mask: Mask): unknown {
  if (Array.isArray(edited)) {
    const before: readonly unknown[] = Array.isArray(original) ? original : [];
    return edited.map((item, at) => withoutMask(item, before[at], mask));
  }
  if (!isObject(edited)) return edited;
  const before = isObject(original) ? original : {};
  return fromEntries(
    Object.entries(edited).map(([key, item]) => {
      const known = Object.hasOwn(before, key) ? before[key] : undefined;
      return [key, mask(key) && item === MASKED ? known : withoutMask(item, known, mask)];
    }),
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without a prototype to hit, so that a key named `__proto__` is a key like any other. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.assign(
    Object.create(null) as object,
    ...entries.map(([key, item]) => Object.defineProperty({}, key, { value: item, enumerable: true })),
  ) as unknown;
}
