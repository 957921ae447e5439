import type { IdAssignment } from '../ports/queue-storage.js';
import type { Principals } from '../ports/sign-in.js';
import type { NewOutcome } from '../ports/outcome-record.js';
import type { Entry } from './entry.js';
import type { Fate } from '../rules/known-ids.js';

/** Hears what a queue in memory changes, so that a storage can write it down. */
export interface QueueJournal {
  /** The operation came, left, or what is kept of it besides its lease changed, now or by the end of the step. */
  changed(entry: Entry): void;
  /** Its lease began, ended, or got another end. `entry.token` names the claim. */
  leased(entry: Entry): void;
  assigned(assignment: IdAssignment): void;
  /** The id no longer means what was enqueued under it; see {@link Fate}. */
  left(id: string, fate: Fate): void;
  /** An outcome that is to be kept. */
  told(id: string, outcome: NewOutcome): void;
  /** Of what was told of these principals' operations until now, no more is to be kept than `purgedOutcome` leaves. */
  purged(principals: Principals): void;
}

export const SILENT_JOURNAL: QueueJournal = {
  changed: () => undefined,
  leased: () => undefined,
  assigned: () => undefined,
  left: () => undefined,
  told: () => undefined,
  purged: () => undefined,
};
