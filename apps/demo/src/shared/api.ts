import type { PersonId } from './people.js';
import type { Field, Preferences } from './preferences.js';

/** A change as the server recorded it. Its id is the operation's, so a page can tell which of its own it is. */
export interface RecordedChange {
  readonly id: string;
  readonly person: PersonId;
  readonly field: Field;
  readonly value: string;
  /** In milliseconds since the epoch. */
  readonly recordedAt: number;
}

/** What the server holds for a person. */
export interface PersonRecord {
  readonly preferences: Preferences;
  /** The latest changes, newest first. */
  readonly changes: readonly RecordedChange[];
}

/** An entry of the notice board: what the server passed on, over its own queue. */
export interface Notice {
  readonly id: string;
  readonly text: string;
  readonly postedAt: number;
}

/** What the server's databases hold. */
export interface ServerSummary {
  readonly effects: number;
  readonly notices: number;
}
