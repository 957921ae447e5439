import type { RecordedChange } from '../shared/api.js';
import { PEOPLE } from '../shared/people.js';
import { PREFERENCES, wordsFor } from '../shared/preferences.js';
import type { PostNotice } from './post-notice.js';

/** What the board is told of a change, in words. */
export function noticeOf({ person, field, value, recordedAt }: RecordedChange): PostNotice {
  const name = PEOPLE.find(({ id }) => id === person)?.name ?? person;
  const label = PREFERENCES[field].label.toLowerCase();
  return { text: `${name} set the ${label} to ${wordsFor(field, value)}.`, postedAt: recordedAt };
}
