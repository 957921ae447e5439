import { expect, test } from '@jest/globals';
import type { OutcomeRecord } from '../ports/outcome-record.js';
import { eventOfOutcome } from './outcome-events.js';

const subject = { id: 'a', kind: 'note', entity: 'notes/1', principal: 'ann' };
const record = (more: Partial<OutcomeRecord>): OutcomeRecord => ({
  sequence: 1,
  outcome: 'acknowledged',
  ...subject,
  ...more,
});
const failure = { code: 'REJECTED', message: 'no' };

test.each<[Partial<OutcomeRecord>, object]>([
  [
    { outcome: 'acknowledged', result: '{"id":7}', version: 'v1', position: 'p1' },
    { result: { id: 7 }, version: 'v1', position: 'p1' },
  ],
  [{ outcome: 'acknowledged', resultOmitted: true }, { resultOmitted: true }],
  [{ outcome: 'superseded', version: 'v2' }, { version: 'v2' }],
  [{ outcome: 'superseded', into: 'b' }, { by: 'b' }],
  [{ outcome: 'replaced', into: 'b' }, { replacedBy: 'b' }],
  [{ outcome: 'coalesced', into: 'b' }, { into: 'b' }],
  [{ outcome: 'cancelled', into: 'b' }, { with: 'b' }],
  [{ outcome: 'deadLettered', failure }, { failure }],
  [{ outcome: 'parked', failure }, { failure }],
  [{ outcome: 'expired' }, {}],
  [{ outcome: 'discarded' }, {}],
])('what another instance kept as %j is told as it would be there', (kept, told) => {
  expect(eventOfOutcome(record(kept))).toMatchObject({ type: kept.outcome, ...subject, ...told });
});

test('where damage or a purge took the reason, it is said that there is none', () => {
  expect(eventOfOutcome(record({ outcome: 'deadLettered' }))).toMatchObject({
    failure: { message: 'The reason was not kept.' },
  });
  expect(eventOfOutcome(record({ outcome: 'replaced' }))).toMatchObject({ replacedBy: '' });
});
