import { expect, test } from '@jest/globals';
import { viewOf, type HeldChange } from './person-view.js';
import { statusOf } from './status.js';

const view = (waiting: number) =>
  viewOf(
    undefined,
    Array.from({ length: waiting }, (_, index): HeldChange => ({
      id: `change-${index}`,
      field: 'currency',
      value: 'USD',
      madeAt: index,
      state: 'waiting',
    })),
  );

test('says that the server has everything when nothing waits', () => {
  expect(statusOf(view(0), 'online', undefined)).toEqual({
    tone: 'good',
    text: 'The server has everything.',
  });
});

test('counts what waits without a network, one and many', () => {
  expect(statusOf(view(1), 'offline', undefined).text).toBe('No network. 1 change waits on this device.');
  expect(statusOf(view(3), 'offline', undefined).text).toBe('No network. 3 changes wait on this device.');
});

test('an unknown network is no reason to alarm anybody', () => {
  expect(statusOf(view(2), 'unknown', undefined).text).toBe(
    '2 changes wait on this device and will be sent.',
  );
});

test('a problem of this device comes before everything else', () => {
  expect(statusOf(view(0), 'online', 'The disk is full.')).toEqual({
    tone: 'bad',
    text: 'The disk is full.',
  });
});
