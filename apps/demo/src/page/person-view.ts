import type { PersonRecord } from '../shared/api.js';
import { DEFAULTS, FIELDS, type Field, type Preferences } from '../shared/preferences.js';

/** A change that the queue of this device holds. */
export interface HeldChange {
  readonly id: string;
  readonly field: Field;
  readonly value: string;
  readonly madeAt: number;
  readonly state: 'waiting' | 'sending' | 'refused';
  /** Why it waits, or why it was refused, in words. */
  readonly reason?: string;
}

/** A row in the list of changes: on this device only, or on the server. */
export interface ChangeRow {
  readonly id: string;
  readonly field: Field;
  readonly value: string;
  readonly at: number;
  readonly place: HeldChange['state'] | 'server';
  readonly reason?: string;
}

/** One setting: what this device shows, and what the server was last known to hold. */
export interface SettingView {
  readonly field: Field;
  readonly value: string;
  readonly onServer: string | undefined;
  readonly isWaiting: boolean;
}

export interface PersonView {
  readonly preferences: Preferences;
  readonly settings: readonly SettingView[];
  readonly rows: readonly ChangeRow[];
  readonly waiting: number;
}

/**
 * What a person sees: the server's record as it was last known, and on top of it what this device holds.
 *
 * @param held - in the order in which the changes were made
 */
export function viewOf(record: PersonRecord | undefined, held: readonly HeldChange[]): PersonView {
  const known = new Set(record?.changes.map(({ id }) => id));
  // An answer may reach the page before the queue has let go of the operation; then the server's word counts.
  const open = held.filter(({ id, state }) => state !== 'refused' && !known.has(id));
  const preferences = open.reduce(
    (before, { field, value }) => ({ ...before, [field]: value }),
    record?.preferences ?? DEFAULTS,
  );
  return {
    preferences,
    settings: FIELDS.map((field) => ({
      field,
      value: preferences[field],
      onServer: record?.preferences[field],
      isWaiting: open.some((change) => change.field === field),
    })),
    rows: rowsOf(
      record,
      held.filter(({ id }) => !known.has(id)),
    ),
    waiting: open.length,
  };
}

function rowsOf(record: PersonRecord | undefined, held: readonly HeldChange[]): readonly ChangeRow[] {
  const here = held
    .map(({ madeAt, state, ...change }) => ({ ...change, at: madeAt, place: state }))
    .reverse();
  const there = (record?.changes ?? []).map(({ id, field, value, recordedAt }) => ({
    id,
    field,
    value,
    at: recordedAt,
    place: 'server' as const,
  }));
  return [...here, ...there];
}
