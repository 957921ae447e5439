/** Whether the value under this key of a payload is kept from view until somebody asks for it. */
export type Mask = (key: string) => boolean;

/** Keys that tend to hold what must not be read over a shoulder. */
const SENSITIVE =
  /token|passw|passphrase|secret|credential|authori[sz]ation|cookie|session|signature|api[-_]?key|private[-_]?key|\bpin\b|cvv|cvc|iban|card[-_]?(no|num)/i;

/** Masks by the names of keys: token, password, secret, card number and the like. */
export const sensitiveKeys: Mask = (key) => SENSITIVE.test(key);

/** What stands in the place of a masked value. */
export const MASKED = '••••••';

/** Deeper levels than these are kept from view as one value: nobody reads them, and a stack has an end. */
const MAX_DEPTH = 100;

/**
 * The value with everything masked, or nested too deep to be shown, replaced by {@link MASKED} and a number, for an
 * editor. The number tells which value it stands for, so that an item of a list keeps its own wherever it is moved to.
 */
export function withMask(value: unknown, mask: Mask): unknown {
  const { placeholderOf } = numbered();
  return replaced(value, hiding(mask, placeholderOf));
}

/**
 * Undoes {@link withMask} after an edit: what still reads {@link MASKED} with a number is as it was.
 *
 * @throws RangeError where a number stands for nothing, or the edit is nested too deep
 */
export function withoutMask(edited: unknown, original: unknown, mask: Mask): unknown {
  const { hidden, placeholderOf } = numbered();
  replaced(original, hiding(mask, placeholderOf));
  const replace = (item: unknown): unknown => {
    const number = typeof item === 'string' ? PLACEHOLDER.exec(item)?.[1] : undefined;
    if (number === undefined) return item;
    if (hidden.has(number)) return hidden.get(number);
    throw new RangeError(`"${String(item)}" stands for no hidden value. Write out the value that is meant.`);
  };
  const tooDeep = (item: unknown): unknown => {
    if (!isContainer(item)) return replace(item);
    // What a number might stand for in there would be taken for text.
    throw new RangeError(
      `The payload is nested deeper than ${MAX_DEPTH} levels, which cannot be edited here.`,
    );
  };
  return replaced(edited, { mask, replace, tooDeep });
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

interface Replacing {
  readonly mask: Mask;
  /** What stands in the place of a masked member. */
  readonly replace: (item: unknown) => unknown;
  /** What stands in the place of what lies below the deepest level. */
  readonly tooDeep: (item: unknown) => unknown;
}

function hiding(mask: Mask, placeholderOf: (item: unknown) => string): Replacing {
  const tooDeep = (item: unknown): unknown => (isContainer(item) ? placeholderOf(item) : item);
  return { mask, replace: placeholderOf, tooDeep };
}

function replaced(value: unknown, replacing: Replacing, depth = 0): unknown {
  if (depth > MAX_DEPTH) return replacing.tooDeep(value);
  if (Array.isArray(value)) return value.map((item) => replaced(item, replacing, depth + 1));
  if (!isContainer(value)) return value;
  const { mask, replace } = replacing;
  return fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      mask(key) ? replace(item) : replaced(item, replacing, depth + 1),
    ]),
  );
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Without a prototype to hit, so that a key named `__proto__` is a key like any other. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.assign(
    Object.create(null) as object,
    ...entries.map(([key, item]) => Object.defineProperty({}, key, { value: item, enumerable: true })),
  ) as unknown;
}
