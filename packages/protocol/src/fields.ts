import { LIMITS } from './limits.js';

/**
 * Why a text cannot be an operation's id, or `undefined`. It is the `Idempotency-Key`, a structured-field string (RFC
 * 9651, section 3.3.3), which other servers and their middleware read too: so it is not encoded, but refused.
 */
export function faultOfKey(value: unknown): string | undefined {
  const { maxKeyLength } = LIMITS;
  const isFit = typeof value === 'string' && value.length <= maxKeyLength && /^[\x20-\x7e]+$/.test(value);
  return isFit ? undefined : `takes a text of 1 to ${maxKeyLength} printable ASCII characters`;
}

/**
 * Why a text cannot be an entity, a principal, or a record's version, or `undefined`. In headers they are encoded, so
 * that letters of all scripts, spaces and quotes travel.
 */
export function faultOfName(value: unknown): string | undefined {
  return faultOfText(value, LIMITS.maxNameLength);
}

/** Why a text cannot say where a change stands in the feed of changes, or `undefined`. */
export function faultOfPosition(value: unknown): string | undefined {
  return faultOfText(value, LIMITS.maxPositionLength);
}

function faultOfText(value: unknown, maxLength: number): string | undefined {
  const isFit = typeof value === 'string' && value !== '' && value.length <= maxLength && !UNFIT.test(value);
  return isFit
    ? undefined
    : `takes a text of 1 to ${maxLength} characters without control characters and lone surrogates`;
}

/** Why a text cannot be a kind, or `undefined`: it is a part of an address, in which dots alone mean another part. */
export function faultOfKind(value: unknown): string | undefined {
  return value === '.' || value === '..' ? 'takes a text that is not . or ..' : faultOfName(value);
}

/** Why a number cannot be the version of a payload's shape, or `undefined`. */
export function faultOfShapeVersion(value: unknown): string | undefined {
  const { maxShapeVersion } = LIMITS;
  const isFit = Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= maxShapeVersion;
  return isFit ? undefined : `takes an integer from 0 to ${maxShapeVersion}`;
}

/** Control characters, and halves of surrogate pairs, which do not survive UTF-8. */
const UNFIT = /[\p{Cc}\p{Surrogate}]/u;
