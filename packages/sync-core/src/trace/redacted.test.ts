import { expect, test } from '@jest/globals';
import { redacted } from './redacted.js';

const operation = { id: 'a', payload: 'secret', base: undefined, entity: 'notes/secret', message: 'secret' };

test('what people wrote is redacted, and what is not there stays away', () => {
  expect(JSON.parse(redacted(operation))).toEqual({
    id: 'a',
    payload: '[redacted]',
    entity: 'notes/secret',
    message: 'secret',
  });
});

test('more is redacted where it is asked for, and redacting twice changes nothing', () => {
  const text = redacted({ operations: [operation] }, ['entity', 'message']);
  expect(text).not.toContain('secret');
  expect(redacted(JSON.parse(text), ['entity', 'message'])).toBe(text);
});
