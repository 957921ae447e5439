import { expect, test } from '@jest/globals';
import { type StatusFacts, statusOf } from './device-status.js';

const calm: StatusFacts = {
  state: 'online',
  waiting: 0,
  open: 0,
  total: 0,
  ofOthers: 0,
  otherName: 'Ada',
  problem: undefined,
};

test.each([
  ['a conflict', { open: 1, total: 1 }, 'wait', '1 change needs your word.'],
  ['all delivered', {}, 'good', 'The server has everything.'],
  ['some waiting', { waiting: 2, total: 2 }, 'wait', '2 changes on this device.'],
  [
    'no network',
    { state: 'offline', waiting: 1, total: 1 },
    'wait',
    'No network. 1 change safe on this device.',
  ],
  [
    'no network and nothing to send',
    { state: 'offline' },
    'wait',
    'No network. Go on; this device keeps everything.',
  ],
  [
    'a portal',
    { state: 'captive', total: 3 },
    'wait',
    'The network wants a sign-in. 3 changes safe on this device.',
  ],
  ['thousands of visits', { total: 10_000 }, 'wait', '10,000 changes on this device.'],
  [
    "another person's",
    { total: 2, ofOthers: 2 },
    'good',
    'The server has everything. 2 of Ada’s wait for Ada.',
  ],
  ['a full disk', { problem: 'STORAGE_FULL: …' }, 'bad', 'This device has a problem. STORAGE_FULL: …'],
] satisfies [string, Partial<StatusFacts>, string, string][])('%s', (_title, facts, tone, text) => {
  expect(statusOf({ ...calm, ...facts })).toEqual({ tone, text });
});
