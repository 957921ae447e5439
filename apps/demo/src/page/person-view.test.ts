import { expect, test } from '@jest/globals';
import type { PersonRecord } from '../shared/api.js';
import { viewOf, type HeldChange } from './person-view.js';

const record: PersonRecord = {
  preferences: { currency: 'EUR', language: 'de', theme: 'system' },
  changes: [{ id: 'a', person: 'ada', field: 'language', value: 'de', recordedAt: 5 }],
};

const held = (id: string, value: string, state: HeldChange['state'] = 'waiting'): HeldChange => ({
  id,
  field: 'currency',
  value,
  madeAt: 10,
  state,
});

test('shows what the server holds where nothing waits', () => {
  const view = viewOf(record, []);
  expect(view.preferences).toEqual(record.preferences);
  expect(view.settings.every(({ isWaiting }) => !isWaiting)).toBe(true);
  expect(view.rows).toEqual([{ id: 'a', field: 'language', value: 'de', at: 5, place: 'server' }]);
});

test('shows the latest waiting change and what the server still has', () => {
  const view = viewOf(record, [held('b', 'USD'), held('c', 'JPY', 'sending')]);
  expect(view.settings[0]).toEqual({ field: 'currency', value: 'JPY', onServer: 'EUR', isWaiting: true });
  expect(view.rows.map(({ id, place }) => [id, place])).toEqual([
    ['c', 'sending'],
    ['b', 'waiting'],
    ['a', 'server'],
  ]);
  expect(view.waiting).toBe(2);
});

test('a refused change is listed but no longer shown as the setting', () => {
  const view = viewOf(record, [held('b', 'USD', 'refused')]);
  expect(view.preferences.currency).toBe('EUR');
  expect(view.rows[0]).toMatchObject({ id: 'b', place: 'refused' });
  expect(view.waiting).toBe(0);
});

test('a change that the server has is listed once, also while the queue still holds it', () => {
  const view = viewOf(record, [{ ...held('a', 'de', 'sending'), field: 'language' }]);
  expect(view.rows).toHaveLength(1);
  expect(view.waiting).toBe(0);
});

test('starts from the defaults on a device that never heard from the server', () => {
  expect(viewOf(undefined, []).settings[0]).toEqual({
    field: 'currency',
    value: 'EUR',
    onServer: undefined,
    isWaiting: false,
  });
});
