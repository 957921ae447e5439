import type { Bytes, NewOperation } from '@cpc/sync-core';
import { clampNumber, clampOperation, type Progress } from '@cpc/sync-core/storage-kit';
import { checksumOf } from './checksum.js';

/** A payload as it lies in the database: JSON text, or the bytes that a payload codec made of it. */
export type Sealed = string | Bytes;

/**
 * One operation in the database. The payloads stand beside the text, so that they are not escaped a second time
 * and a codec's bytes are kept as bytes.
 */
export interface Item {
  readonly sequence: number;
  /** All but the payloads, as JSON; what has its usual value is left out. */
  readonly text: string;
  readonly payload: Sealed;
  readonly base?: Sealed;
  readonly checksum: number;
}

/** An item's content. */
export interface Content {
  readonly operation: NewOperation;
  readonly progress: Progress;
}

/** The usual values, which the text leaves out. */
const USUAL = {
  dependsOn: [],
  references: [],
  coalesces: false,
  conflictRounds: 0,
  attempts: 0,
  attempted: false,
  history: [],
  dueAt: 0,
  delayMs: 0,
} as const;

type Flat = Omit<NewOperation, 'payload' | 'base'> & Progress;

export function makeItem(sequence: number, content: Content, payload: Sealed, base?: Sealed): Item {
  const text = JSON.stringify(withoutUsual(content));
  const checksum = checksumOf(sequence, text, payload, base);
  return base === undefined
    ? { sequence, text, payload, checksum }
    : { sequence, text, payload, base, checksum };
}

/** Whether a value read from the database is an item, and as it was written. */
export function isIntact(value: unknown): value is Item {
  if (typeof value !== 'object' || value === null) return false;
  const { sequence, text, payload, base, checksum } = value as Partial<Record<keyof Item, unknown>>;
  return (
    typeof sequence === 'number' &&
    typeof text === 'string' &&
    isSealed(payload) &&
    (base === undefined || isSealed(base)) &&
    checksum === checksumOf(sequence, text, payload, base)
  );
}

/** Reads an intact item, given its payloads in the clear. */
export function readItem(item: Item, payload: string, base: string | undefined): Content {
  const { attempts, attempted, history, hold, dueAt, delayMs, failure, ...operation } = {
    ...USUAL,
    ...(JSON.parse(item.text) as Flat),
  };
  return {
    operation: clampOperation({ ...operation, payload, ...(base !== undefined && { base }) }),
    progress: {
      attempts: clampNumber(attempts),
      attempted,
      history,
      ...(hold !== undefined && { hold }),
      dueAt: clampNumber(dueAt),
      delayMs: clampNumber(delayMs),
      ...(failure !== undefined && { failure }),
    },
  };
}

/** Whose an item is, as far as its text still says so; `undefined` where it does not. */
export function ownerIn(item: unknown): { readonly principal: string | undefined } | undefined {
  try {
    const { principal } = JSON.parse((item as Item).text) as { readonly principal?: unknown };
    return principal === undefined || typeof principal === 'string' ? { principal } : undefined;
  } catch {
    return undefined;
  }
}

export function sameItem(a: Item, b: Item): boolean {
  return a.checksum === b.checksum && a.text === b.text && a.sequence === b.sequence;
}

function isSealed(value: unknown): value is Sealed {
  return typeof value === 'string' || ArrayBuffer.isView(value);
}

function withoutUsual({ operation, progress }: Content): object {
  const { payload, base, dependsOn, references, coalesces, conflictRounds, ...always } = operation;
  const { attempts, attempted, history, dueAt, delayMs, ...rare } = progress;
  return {
    ...always,
    ...(dependsOn.length > 0 && { dependsOn }),
    ...(references.length > 0 && { references }),
    ...(coalesces && { coalesces }),
    ...(conflictRounds !== 0 && { conflictRounds }),
    ...(attempts !== 0 && { attempts }),
    ...(attempted && { attempted }),
    ...(history.length > 0 && { history }),
    ...(dueAt !== 0 && { dueAt }),
    ...(delayMs !== 0 && { delayMs }),
    ...rare,
  };
}
