import { expect, test } from '@jest/globals';
import { newOperation } from '../../test/fixtures.js';
import { eventOf, notAvailable, receiptOf, refusal, subjectOf } from './receipt.js';

const operation = newOperation('a', { entity: 'e' });
const subject = { id: 'a', kind: 'note.write', entity: 'e' };

test('a receipt says what became of the operation', () => {
  expect(receiptOf('a', { kind: 'enqueued', sequence: 1 })).toEqual({ id: 'a', outcome: 'enqueued' });
  expect(receiptOf('a', { kind: 'duplicate' })).toEqual({ id: 'a', outcome: 'duplicate' });
  expect(receiptOf('a', { kind: 'duplicate', into: 'b' })).toEqual({
    id: 'a',
    outcome: 'duplicate',
    into: 'b',
  });
  expect(receiptOf('a', { kind: 'coalesced', into: 'b' })).toEqual({
    id: 'a',
    outcome: 'coalesced',
    into: 'b',
  });
  expect(receiptOf('a', { kind: 'cancelled', with: 'b' })).toEqual({
    id: 'a',
    outcome: 'cancelled',
    with: 'b',
  });
});

test('an event says the same to everybody', () => {
  expect(eventOf(operation, { kind: 'enqueued', sequence: 1 })).toEqual({ type: 'enqueued', ...subject });
  expect(eventOf(operation, { kind: 'coalesced', into: 'b' })).toEqual({
    type: 'coalesced',
    into: 'b',
    ...subject,
  });
  expect(eventOf(operation, { kind: 'cancelled', with: 'b' })).toEqual({
    type: 'cancelled',
    with: 'b',
    ...subject,
  });
  expect(subjectOf(newOperation('b'))).toEqual({ id: 'b', kind: 'note.write' });
});

test('refusals carry their code and what the code does not say', () => {
  expect(refusal(operation, 'QUEUE_FULL', 5)).toMatchObject({
    code: 'QUEUE_FULL',
    details: { maxPending: 5 },
  });
  expect(refusal(operation, 'OPERATION_ID_REUSED', 5)).toMatchObject({
    code: 'OPERATION_ID_REUSED',
    details: { id: 'a' },
  });
  expect(notAvailable('a')).toMatchObject({ code: 'OPERATION_NOT_AVAILABLE', details: { id: 'a' } });
});
