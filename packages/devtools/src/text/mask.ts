/** Whether the value under this key of a payload is kept from view until somebody asks for it. */
export type Mask = (key: string) => boolean;

/** Keys that tend to hold what must not be read over a shoulder. */
const SENSITIVE =
  /token|passw|passphrase|secret|credential|authori[sz]ation|cookie|session|signature|api[-_]?key|private[-_]?key|\bpin\b|cvv|cvc|iban|card[-_]?(no|num)/i;

/** Masks by the names of keys: token, password, secret, card number and the like. */
export const sensitiveKeys: Mask = (key) => SENSITIVE.test(key);

/** What stands in the place of a masked value. */
export const MASKED = '••••••';

/**
 * The value with everything masked replaced by {@link MASKED} and a number, for an editor. The number tells which value
 * it stands for, so that an item of a list keeps its own wherever it is moved to.
 */
export function withMask(value: unknown, mask: Mask): unknown {
  return replaced(value, mask, numbered().placeholderOf);
}

/**
 * Undoes {@link withMask} after an edit: what still reads {@link MASKED} with a number is as it was.
 *
 * @throws RangeError where a number stands for nothing
 */
export function withoutMask(edited: unknown, original: unknown, mask: Mask): unknown {
  const { hidden, placeholderOf } = numbered();
  replaced(original, mask, placeholderOf);
  return replaced(edited, mask, (item) => {
    const number = typeof item === 'string' ? PLACEHOLDER.exec(item)?.[1] : undefined;
    if (number === undefined) return item;
    if (hidden.has(number)) return hidden.get(number);
    throw new RangeError(`"${String(item)}" stands for no hidden value. Write out the value that is meant.`);
  });
}

const PLACEHOLDER = new RegExp(`^${MASKED} (\\d+)$`);

/** Numbers masked values in the order in which they are met. */
function numbered(): {
  readonly hidden: ReadonlyMap<string, unknown>;
  readonly placeholderOf: (item: unknown) => string;
} {
  const hidden = new Map<string, unknown>();
  const placeholderOf = (item: unknown): string => {
    const number = String(hidden.size + 1);
    hidden.set(number, item);
    return `${MASKED} ${number}`;
  };
  return { hidden, placeholderOf };
}

/** The value with what `replace` says in the place of each masked member. */
function replaced(value: unknown, mask: Mask, replace: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => replaced(item, mask, replace));
  if (!isObject(value)) return value;
  return fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      mask(key) ? replace(item) : replaced(item, mask, replace),
    ]),
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
